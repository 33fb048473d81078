"""Compiled programs are kept on disk, as the kernels are, for the next process and for other workers."""

from __future__ import annotations

import jax

from ..kernels import cache_folder, keep_programs, processor_key


def keep_compiled_programs() -> None:
    """Keep whole programs in ``diffdalec/programs`` of the user's cache folder, and what else XLA compiles in
    ``diffdalec/xla``, small programs as well.

    For commands and workers, which own their process; a folder that the user has named (``JAX_COMPILATION_CACHE_DIR``)
    stays. Programs are kept by processor: nodes of a cluster that share a home folder need not be alike.
    """
    keep_programs(cache_folder("programs"))
    if jax.config.values["jax_compilation_cache_dir"] is None:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder("xla") / processor_key()))
    # A calibration compiles some two hundred programs, most of them in a few hundredths of a second each.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

"""Compiled programs are kept on disk, for the next process and for other workers."""

from __future__ import annotations

import jax

from ..kernels import cache_folder, keep_programs
from ..kernels.cache import prune_daily


def keep_compiled_programs() -> None:
    """Keep compiled programs in ``diffdalec/programs`` of the user's cache folder, held to a size.

    For commands and workers, which own their process. Where the user has named a folder for XLA's own cache
    (``JAX_COMPILATION_CACHE_DIR``) programs are kept there instead, small ones as well; it saves less.
    """
    prune_daily()
    keep_programs(cache_folder("programs"))
    if jax.config.values["jax_compilation_cache_dir"] is not None:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

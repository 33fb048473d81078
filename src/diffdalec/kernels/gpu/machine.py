"""Whether JAX has an NVIDIA GPU here."""

from __future__ import annotations

from importlib.util import find_spec

import jax

PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")


def gpu_available() -> str:
    """Empty where kernels can run on a GPU, else a sentence saying why not."""
    if not any(find_spec(name) for name in PLUGINS):
        return 'JAX is installed without CUDA: pip install "diffdalec[gpu]"'
    try:
        devices = jax.devices("gpu")
    except RuntimeError as error:
        return f"JAX finds no GPU: {error}"
    kinds = ", ".join(sorted({d.platform + " " + d.device_kind for d in devices}))
    if jax.default_backend() != "gpu":
        return f"JAX is told to run on {jax.default_backend()!r} though there is a GPU ({kinds}): see JAX_PLATFORMS"
    return ""

"""The bridge between labelled and array worlds: the only room that knows both xarray and jax.

Labelled: xarray, units, NaN, dates. Array: JAX, masks, floats.
"""

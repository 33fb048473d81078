"""Adam in the eigenbasis of the gradient's second moment.

Adam scales each coordinate by itself, and so crosses a valley that runs slantwise in small zigzags. Here each lane
keeps the whole matrix of second moments, G = mean of g gᵀ, and takes Adam's step in the directions of its eigenvectors,
in which the gradient's components are uncorrelated: the idea of SOAP (Vyas et al. 2024, "SOAP: Improving and
Stabilizing Shampoo using Adam"), for one vector per lane. The basis is renewed every few steps by one orthogonal
iteration, Q ← qr(G Q). That costs a quarter of an eigendecomposition or less, and in the two trials made more members
found the best valley with it than with exact eigenvectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import optax

TINY = 1e-8
"""Keeps a direction without gradient still."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Moments:
    """``first`` (*lanes, n), ``second`` and ``basis`` (*lanes, n, n), eigenvectors in columns."""

    count: jax.Array
    first: jax.Array
    second: jax.Array
    basis: jax.Array


def adam_in_eigenbasis(first_decay: float, second_decay: float, renewal: int) -> optax.GradientTransformation:
    """Directions of Adam in the eigenbasis, for gradients (dimensions, *lanes); the basis is renewed every ``renewal``
    steps, first halfway to that.
    """

    def init(z: jax.Array) -> Moments:
        n, lanes = z.shape[0], z.shape[1:]
        identity = jnp.broadcast_to(jnp.eye(n, dtype=z.dtype), (*lanes, n, n))
        zero = jnp.zeros((*lanes, n), z.dtype)
        return Moments(jnp.zeros((), jnp.int32), zero, jnp.zeros_like(identity), identity)

    def update(gradient: jax.Array, state: Moments, z: jax.Array | None = None) -> tuple[jax.Array, Moments]:
        g = jnp.moveaxis(gradient, 0, -1)
        count = state.count + 1
        first = first_decay * state.first + (1 - first_decay) * g
        second = second_decay * state.second + (1 - second_decay) * g[..., :, None] * g[..., None, :]
        basis = jax.lax.cond(
            count % renewal == renewal // 2, lambda: _turned(second, state.basis), lambda: state.basis
        )
        size = jnp.sum(basis * (second @ basis), axis=-2)
        # Below the rounding of the largest a size is noise, and dividing by it would throw the lane away.
        size = jnp.maximum(size, jnp.finfo(g.dtype).eps * _trace(second)) / (1 - second_decay**count)
        along = jnp.einsum("...ij,...i->...j", basis, first) / (1 - first_decay**count)
        step = jnp.einsum("...ij,...j->...i", basis, along / (jnp.sqrt(size) + TINY))
        return jnp.moveaxis(step, -1, 0), Moments(count, first, second, basis)

    return optax.GradientTransformation(init, update)


def _turned(second: jax.Array, basis: jax.Array) -> jax.Array:
    """One orthogonal iteration towards the eigenvectors; a matrix short of full rank keeps the rest of its basis."""
    scale = _trace(second)[..., None]
    turned = jnp.linalg.qr(second @ basis + 1e-7 * scale * basis)[0]
    return jnp.where(scale > 0, turned, basis)


def _trace(second: jax.Array) -> jax.Array:
    """The sum of all second moments, (*lanes, 1)."""
    return jnp.trace(second, axis1=-2, axis2=-1)[..., None]

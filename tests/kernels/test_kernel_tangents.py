"""Tangents by kernels against forward-mode JAX through plain XLA, and against the kernels' own adjoint."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from kernel_toys import pool_run, pool_step, xla_integrate
from test_kernel_dalec import dalec_run
from test_kernel_integrate import LAYOUTS, identical, same

from diffdalec.kernels import integrate, machine, plan, tangents
from diffdalec.kernels.block import Target
from diffdalec.model.integrate import Recording


def directions(run, count, seed=3):
    """Random directions of constants and initial state."""
    random = np.random.default_rng(seed)
    trees = run.constants, run.initial
    return jax.tree.map(lambda x: jnp.asarray(random.normal(size=(count, *x.shape)), x.dtype), trees)


def by_kernel(run, dots, step=pool_step, **settings):
    arguments = run.constants, run.initial, run.drivers, run.calendar, run.recordings
    return jax.jit(lambda *d: tangents(step, *arguments, *d, **settings))(*dots)


def by_xla(run, dots, step=pool_step):
    def values(constants, initial):
        return replace(run, constants=constants, initial=initial).by(xla_integrate, step)

    def along(constants_dot, initial_dot):
        return jax.jvp(values, (run.constants, run.initial), (constants_dot, initial_dot))

    (final, recorded), (final_dot, recorded_dot) = jax.jit(jax.vmap(along, out_axes=(None, 0)))(*dots)
    return final, final_dot, recorded, recorded_dot


@pytest.mark.parametrize(("lanes", "driver_shape"), LAYOUTS)
def test_values_and_tangents_equal_those_of_xla(lanes, driver_shape):
    with jax.enable_x64(True):
        run = pool_run(lanes, jnp.float64, driver_shape)
        dots = directions(run, 5)
        same(by_kernel(run, dots), by_xla(run, dots), 1e-10, 1e-11)


def test_tangents_of_sums_and_samples():
    recordings = {
        "sum": Recording(lambda s, o: o["loss"], 3, 120, summed=True),
        "sample": Recording(lambda s, o: s["slow"], 0, 130, (5, 70)),
    }
    with jax.enable_x64(True):
        run = replace(pool_run((5,), jnp.float64), recordings=recordings)
        dots = directions(run, 3)
        same(by_kernel(run, dots), by_xla(run, dots), 1e-10, 1e-11)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 13])
def test_any_number_of_directions(count):
    """However many fill a group, a direction's numbers are the same to the last bit."""
    run = pool_run((11,))
    dots = directions(run, 13)
    _, final_dot, _, recorded_dot = by_kernel(run, dots)
    some = jax.tree.map(lambda x: x[13 - count :], dots)
    got = by_kernel(run, some)
    identical((got[1], got[3]), jax.tree.map(lambda x: x[13 - count :], (final_dot, recorded_dot)))


def test_the_tangents_of_dalec():
    """Against XLA in float64; in float32 against that, no further from it than XLA in float32 is, but for a little."""
    with jax.enable_x64(True):
        step, run, _ = dalec_run("f8")
        dots = directions(run, 6)
        # Each coefficient on its own scale, and one direction of zero.
        dots = jax.tree.map(lambda d, x: (d * x).at[5].set(0.0), dots, (run.constants, run.initial))
        exact = by_xla(run, dots, step)
        _close(by_kernel(run, dots, step), exact, 1e-10)
        exact, dots = jax.device_get((exact, dots))
    step, run, _ = dalec_run("f4")
    dots = jax.tree.map(lambda d: jnp.asarray(d, "f4"), dots)
    _close(by_kernel(run, dots, step), exact, 2e-4)


def _close(got, exact, tolerance):
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(exact), strict=True):
        assert np.max(np.abs(a - b)) <= tolerance * np.max(np.abs(b))


def test_tangents_and_adjoint_are_one_derivative():
    """⟨J v, w⟩ = ⟨v, Jᵀ w⟩ for random v and w, on the model's step."""
    with jax.enable_x64(True):
        step, run, _ = dalec_run("f8")
        dots = directions(run, 3)
        _, final_dot, _, recorded_dot = by_kernel(run, dots, step)
        random = np.random.default_rng(8)

        def values(constants, initial):
            return replace(run, constants=constants, initial=initial).by(integrate, step)

        out, pull = jax.vjp(values, run.constants, run.initial)
        weights = jax.tree.map(lambda x: jnp.asarray(random.normal(size=x.shape) / np.abs(x).max()), out)
        back = pull(weights)
        for d in range(3):
            forwards = _inner(weights, jax.tree.map(lambda x, d=d: x[d], (final_dot, recorded_dot)))
            backwards = _inner(back, jax.tree.map(lambda x, d=d: x[d], dots))
            np.testing.assert_allclose(forwards, backwards, rtol=1e-10)


def _inner(a, b):
    pairs = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    return sum(float(jnp.sum(x * y)) for x, y in pairs)


def test_threads_change_no_bit():
    run = pool_run((5, 33), driver_shape=(5, 1))
    dots = directions(run, 6)
    identical(by_kernel(run, dots, threads=1), by_kernel(run, dots, threads=2))
    identical(by_kernel(run, dots, threads=1), by_kernel(run, dots, threads=7))


def test_a_lane_knows_nothing_of_its_neighbours():
    """Each lane's tangents to the last bit, alone and among others, also where only others' tangents are not zero."""
    run = pool_run((40,))
    run = replace(run, constants=run.constants | {"scale": jnp.full(40, 2.0)})
    dots = directions(run, 6)
    dots[0]["rate"] = dots[0]["rate"].at[:, 3].set(0.0)
    whole = by_kernel(run, dots)
    for keep in ([3], [39, 3], list(range(17))):
        part = replace(
            run,
            constants={n: x[jnp.array(keep)] for n, x in run.constants.items()},
            initial={n: x[jnp.array(keep)] for n, x in run.initial.items()},
        )
        some = jax.tree.map(lambda x, k=keep: x[..., jnp.array(k)], dots)
        identical(by_kernel(part, some), jax.tree.map(lambda x, k=keep: x[..., np.array(k)], whole))
    spoilt = replace(run, initial=run.initial | {"fast": run.initial["fast"].at[5].set(jnp.nan)})
    others = np.delete(np.arange(40), 5)
    got = by_kernel(spoilt, dots)
    identical(*(jax.tree.map(lambda x: np.asarray(x)[..., others], tree) for tree in (got, whole)))
    assert np.all(np.isnan(got[1]["fast"][:, 5]))


def test_a_tangent_that_is_not_a_number_stays_in_its_direction_and_lane():
    run = pool_run((20,))
    dots = directions(run, 6)
    whole = by_kernel(run, dots)
    dots[1]["fast"] = dots[1]["fast"].at[2, 7].set(jnp.nan)
    got = by_kernel(run, dots)
    clean = np.ones((6, 20), bool)
    clean[2, 7] = False
    for i in (1, 3):
        flat = [np.moveaxis(np.asarray(x).reshape(6, -1, 20), 1, 2) for x in jax.tree.leaves(got[i])]
        base = [np.moveaxis(np.asarray(x).reshape(6, -1, 20), 1, 2) for x in jax.tree.leaves(whole[i])]
        identical([x[clean] for x in flat], [x[clean] for x in base])
    assert np.isnan(got[1]["fast"][2, 7])


def test_what_was_not_chosen_may_have_an_infinite_derivative():
    """A root that is guarded by a choice, below a product, in float32: no 0 · ∞ when weights are multiplied out."""

    def step(state, day, constants):
        guarded = jnp.where(state > 0.0, jnp.sqrt(jnp.maximum(state, 0.0)) * constants, 0.0)
        return state - 0.25 * constants + day, 3.0 * guarded

    initial = jnp.asarray([-1.0, 0.0, 0.5, 2.0])
    days = jnp.zeros(7), jnp.arange(7)
    recordings = {"y": Recording(lambda state, out: out, 0, 7)}
    final, final_dot, _, slopes = tangents(
        step, jnp.ones(4), initial, *days, recordings, jnp.zeros((2, 4)), jnp.asarray([[1.0] * 4, [0.0] * 4])
    )
    assert all(np.all(np.isfinite(x)) for x in (final, final_dot, slopes["y"]))
    np.testing.assert_array_equal(final_dot, [[1.0] * 4, [0.0] * 4])
    np.testing.assert_allclose(slopes["y"][0, 0], [0, 0, 1.5 / np.sqrt(0.5), 1.5 / np.sqrt(2.0)], rtol=1e-6)


def test_days_on_which_nothing_is_recorded_and_a_state_that_does_not_change():
    def step(state, day, constants):
        moving, still, _ = state
        return (moving * constants + day, still, constants), moving

    initial = jnp.ones(3), jnp.full(3, 2.0), jnp.zeros(3)
    recordings = {"early": Recording(lambda s, o: o, 3, 5), "late": Recording(lambda s, o: s[2], 90, 100)}
    dots = jnp.ones((1, 3)), (jnp.ones((1, 3)), jnp.full((1, 3), 7.0), jnp.ones((1, 3)))
    arguments = jnp.full(3, 0.9), initial, jnp.ones(2), jnp.arange(100) % 2
    final, final_dot, recorded, recorded_dot = tangents(step, *arguments, recordings, *dots)

    def values(constants, initial):
        return xla_integrate(step, constants, initial, *arguments[2:], recordings)

    along = jax.tree.map(lambda x: x[0], dots)
    expected, expected_dot = jax.jvp(values, arguments[:2], along)
    same((final, recorded), expected, 1e-5)
    same(jax.tree.map(lambda x: x[0], (final_dot, recorded_dot)), expected_dot, 1e-5)
    nothing, nothing_dot, empty, empty_dot = tangents(step, *arguments, {}, *dots)
    identical((nothing, nothing_dot), (final, final_dot))
    assert empty == empty_dot == {}


def test_the_tangent_of_a_slow_pool_keeps_its_digits():
    """30,000 days in float32 of a pool that loses 1e-4 of itself a day, and is never empty: 1 − 1e-4 rounded, every day
    by the same, would be off by ten times the tolerance."""

    def slopes(dtype):
        drivers = jnp.asarray(np.cos(2 * np.pi * np.arange(100) / 100) + 1.3, dtype)

        def step(state, day, loss):
            return jnp.maximum(state + (day - loss * state), 0.0), ()

        one, none = jnp.ones((1, 1), dtype), jnp.zeros((1, 1), dtype)
        dots = jnp.concatenate([one, none]), jnp.concatenate([none, one])
        start = jnp.full(1, 1.03e-4, dtype), jnp.full(1, 1e4, dtype), drivers, jnp.arange(30_000) % 100
        return np.asarray(tangents(step, *start, {}, *dots)[1])

    single = slopes("f4")
    with jax.enable_x64(True):
        np.testing.assert_allclose(single, slopes("f8"), rtol=5e-5)


@pytest.mark.parametrize("width", [4, 8])
def test_without_avx512(width, monkeypatch):
    run = pool_run((13,))
    dots = directions(run, 6)
    expected = by_kernel(run, dots)
    monkeypatch.setattr(plan, "host_target", lambda bits, members: Target(bits, width, False, True))
    same(by_kernel(run, dots), expected, 1e-4, 1e-4)


def test_one_kernel_for_any_number_of_directions(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "_loaded", {})
    run = pool_run((4,))
    for count in (1, 6, 9):
        by_kernel(run, directions(run, count))
    assert len(machine._loaded) == 1


def test_tangents_that_do_not_fit_are_refused():
    run = pool_run((4,))
    constants_dot, initial_dot = directions(run, 2)
    with pytest.raises(ValueError, match="structure"):
        by_kernel(run, (constants_dot, {"fast": initial_dot["fast"]}))
    with pytest.raises(ValueError, match="directions"):
        by_kernel(run, (constants_dot, initial_dot | {"fast": jnp.ones((3, 4))}))
    with pytest.raises(ValueError, match="directions"):
        by_kernel(run, (constants_dot, initial_dot | {"fast": jnp.ones(4)}))
    with pytest.raises(ValueError, match="one direction at least"):
        by_kernel(run, directions(run, 0))

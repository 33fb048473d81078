"""Integration: chunks and pieces change nothing, forcing is taken by index, memory goes with what is recorded."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from diffdalec.model import OUTPUTS, Recording, integrate, run, simulate
from stands import true_lanes, weather_drivers


def toy(state, day, constants):
    """A pool with an inflow and a constant rate of loss."""
    loss = constants * state
    return state + day - loss, loss


def record(output_from: int, stop: int) -> Recording:
    return Recording(lambda state, loss: loss, output_from, stop)


def by_hand(initial, inflow, constants, calendar):
    state, states, losses = initial, [], []
    for index in calendar:
        state, loss = toy(state, inflow[index], constants)
        states.append(state)
        losses.append(loss)
    return np.array(states), np.array(losses)


@pytest.mark.parametrize("chunk", [1, 7, 20, 50, 100])
def test_chunks_change_nothing(chunk):
    with jax.enable_x64(True):
        inflow, calendar = jnp.linspace(0.0, 1.0, 30), jnp.arange(50) % 30
        states, losses = by_hand(2.0, np.asarray(inflow), 0.1, np.asarray(calendar))
        final, out = integrate(
            toy, jnp.float64(0.1), jnp.float64(2.0), inflow, calendar, {"loss": record(0, 50)}, chunk=chunk
        )
        assert float(final) == pytest.approx(states[-1], rel=1e-14)
        np.testing.assert_allclose(out["loss"], losses, rtol=1e-13)


def test_recordings_of_parts_overlap_as_they_like():
    inflow, calendar = jnp.linspace(0.0, 1.0, 30), jnp.arange(50) % 30
    _, losses = by_hand(2.0, np.asarray(inflow), 0.1, np.asarray(calendar))
    spans = {"all": (0, 50), "middle": (13, 29), "end": (20, 50), "day": (49, 50)}
    recordings = {name: record(*span) for name, span in spans.items()}
    _, out = integrate(toy, 0.1, jnp.float32(2.0), inflow, calendar, recordings, chunk=8)
    for name, (start, stop) in spans.items():
        np.testing.assert_allclose(out[name], losses[start:stop], rtol=1e-5)


@pytest.mark.parametrize("span", [(-1, 5), (3, 3), (0, 51)])
def test_a_recording_outside_the_run_is_refused(span):
    with pytest.raises(ValueError, match="covers days"):
        integrate(toy, 0.1, jnp.float32(1.0), jnp.ones(30), jnp.arange(50) % 30, {"loss": record(*span)})


def test_gradient_is_that_of_the_plain_recurrence():
    with jax.enable_x64(True):
        inflow, calendar = jnp.linspace(0.0, 1.0, 30), jnp.arange(50) % 30

        def total(rate, chunk):
            return jnp.sum(
                integrate(toy, rate, jnp.float64(2.0), inflow, calendar, {"l": record(5, 40)}, chunk=chunk)[1]["l"]
            )

        slopes = [float(jax.grad(total)(jnp.float64(0.1), chunk)) for chunk in (1, 7, 50)]
        step = 1e-6
        central = float(total(0.1 + step, 7) - total(0.1 - step, 7)) / (2 * step)
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-12)
    assert slopes[0] == pytest.approx(central, rel=1e-7)


def test_forcing_by_index_is_forcing_copied():
    parameters, pools = true_lanes(3, jnp.float32, spread=0.05)
    drivers = weather_drivers(jnp.float32)
    cycled = jnp.arange(1500) % 1095
    copied = jax.tree.map(lambda x: x[cycled], drivers)
    run_it = jax.jit(lambda d, c: simulate(parameters, pools, d, c, ("gpp", "wood", "paw")))
    a, b = run_it(drivers, cycled), run_it(copied, jnp.arange(1500))
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


def test_members_side_by_side_are_members_one_by_one():
    parameters, pools = true_lanes(5, jnp.float32, spread=0.1)
    drivers = weather_drivers(jnp.float32)
    run_it = jax.jit(lambda p, i: simulate(p, i, drivers, jnp.arange(400), ("gpp", "reco", "et", "som")))
    together = run_it(parameters, pools)
    for member in range(5):
        alone = run_it(*jax.tree.map(lambda x, m=member: x[m : m + 1], (parameters, pools)))
        for name, series in together.items():
            np.testing.assert_allclose(series[:, member], alone[name][:, 0], rtol=2e-5, atol=1e-7)


def _gradient_bytes(days: int, recorded: int, number: int = 16) -> int:
    parameters, pools = true_lanes(number, jnp.float32)
    drivers = weather_drivers(jnp.float32)
    calendar = jnp.arange(days) % 1095

    def total(p, i):
        record = {"gpp": Recording(OUTPUTS["gpp"], days - recorded, days)}
        return jnp.sum(run(p, i, drivers, calendar, record)[1]["gpp"])

    compiled = jax.jit(jax.grad(total, argnums=(0, 1))).lower(parameters, pools).compile()
    return int(compiled.memory_analysis().temp_size_in_bytes)


def test_memory_of_the_gradient_does_not_grow_with_the_run():
    """What a longer run adds is a state at each chunk's bound: nothing like days x state."""
    lanes, state, chunk = 16, 8 * 4, 365
    short, long = (_gradient_bytes(years * chunk, chunk, lanes) for years in (10, 40))
    added_chunks = 30
    assert long - short <= 4 * added_chunks * lanes * state + 16 * 30 * chunk
    assert long < 1.5 * short
    # A stored trajectory would need this much, and the chunk in hand is not the run.
    assert long < 0.25 * (40 * chunk * lanes * state)

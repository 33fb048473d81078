"""Calibration of lanes on toy costs: it knows no ecology, so neither does its test."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffdalec.calibration import (
    CheckpointFile,
    CheckpointMismatch,
    DescentSettings,
    Dimension,
    SearchSpace,
    Stage,
    calibrate_lanes,
    lane_keys,
    screened_starts,
)

SPACE = SearchSpace((Dimension("rate", 1e-5, 1e-2), Dimension("mass", 1.0, 1e5, start=(10.0, 1e3)),
                     Dimension("day", 0.0, 365.25, period=365.25)))  # fmt: skip
MINIMUM = {"rate": 3e-4, "mass": 4200.0, "day": 130.0}
SETTINGS = DescentSettings(iterations=400, learning_rate=0.1, final_learning_rate=0.001, warmup=5)


def bowl(z, data):
    """Squared log distances from a known point; on the circle for the day."""
    v = SPACE.physical(z)
    angle = (v["day"] - MINIMUM["day"]) * 2 * jnp.pi / 365.25
    cost = jnp.log(v["rate"] / MINIMUM["rate"]) ** 2 + jnp.log(v["mass"] / MINIMUM["mass"]) ** 2 + 1 - jnp.cos(angle)
    return cost + data


def keys(*names: str, seed: int = 0):
    return lane_keys(seed, [("cell", name, 0) for name in names])


def calibrate(cost=bowl, names=("a", "b", "c"), data=0.0, settings=SETTINGS, **options):
    starts = options.pop("starts", 2)
    stages = [*options.pop("rehearsals", ()), Stage(jnp.float32(data), starts, settings)]
    return calibrate_lanes(cost, stages, SPACE, keys(*names), (len(names),), **{"candidates": 16, **options})


class TestSpace:
    @pytest.mark.parametrize("transform", ["sine", "logistic", "arctan"])
    @given(st.floats(1.1e-5, 9.9e-3), st.floats(2.0, 9e4), st.floats(0.0, 365.0))
    @settings(max_examples=50, deadline=None)
    def test_round_trip(self, transform, rate, mass, day):
        space = SearchSpace(SPACE.dimensions, transform)
        with jax.enable_x64(True):
            values = {"rate": jnp.float64(rate), "mass": jnp.float64(mass), "day": jnp.float64(day)}
            found = space.physical(space.coordinates(values))
            for name, value in values.items():
                assert float(found[name]) == pytest.approx(float(value), rel=1e-9, abs=1e-12)

    @pytest.mark.parametrize("transform", ["sine", "logistic", "arctan"])
    @pytest.mark.parametrize("z", [-1e4, -30.0, 0.0, 30.0, 1e4])
    def test_never_leaves_the_bounds(self, transform, z):
        space = SearchSpace(SPACE.dimensions, transform)
        values = space.physical(jnp.full((3, 1), z))
        for d in SPACE.dimensions[:2]:
            assert d.lower * (1 - 1e-5) <= float(values[d.name][0]) <= d.upper * (1 + 1e-5)

    def test_a_value_on_a_bound_has_a_finite_coordinate(self):
        values = {"rate": jnp.float32(1e-5), "mass": jnp.float32(1e5), "day": jnp.float32(0.0)}
        assert np.isfinite(np.asarray(SPACE.coordinates(values))).all()

    def test_the_circle_has_no_end(self):
        z = jnp.array([[0.0], [0.0], [2 * np.pi]])
        assert float(SPACE.physical(z)["day"][0]) == pytest.approx(365.25, rel=1e-6)
        slope = jax.grad(lambda x: SPACE.physical(x)["day"][0])(100 * z)[2, 0]
        assert float(slope) == pytest.approx(365.25 / 2 / np.pi)

    def test_starts_are_log_uniform_in_their_range(self):
        draws = SPACE.physical(SPACE.draw(keys("a")[0], 4000).T)
        mass, rate = np.asarray(draws["mass"]), np.asarray(draws["rate"])
        assert mass.min() >= 10.0 and mass.max() <= 1e3
        assert np.median(mass) == pytest.approx(100.0, rel=0.15)
        assert np.median(rate) == pytest.approx(np.sqrt(1e-5 * 1e-2), rel=0.25)
        assert rate.min() < 2e-5 and rate.max() > 5e-3  # over-dispersed: nearly the whole range


class TestStarts:
    def test_a_lanes_draws_do_not_depend_on_who_else_is_there(self):
        alone = screened_starts(bowl, 0.0, SPACE, keys("b"), (1,), candidates=8, starts=3, dtype=jnp.float32)
        among = screened_starts(bowl, 0.0, SPACE, keys("a", "b", "c"), (3,), candidates=8, starts=3, dtype=jnp.float32)
        np.testing.assert_array_equal(alone[..., 0], among[..., 1])

    def test_keys_are_reproducible_and_all_different(self):
        lanes = [(cell, e, m) for cell in ("x", "y") for e in ("baseline", "growth_curve") for m in range(3)]
        one, two, other = (np.asarray(lane_keys(s, lanes)) for s in (0, 0, 1))
        np.testing.assert_array_equal(one, two)
        assert len({tuple(k) for k in one}) == len(lanes)
        assert not (one == other).all(axis=1).any()

    def test_double_precision_starts_where_single_does(self):
        single = SPACE.draw(keys("a")[0], 5)
        with jax.enable_x64(True):
            double = SPACE.draw(keys("a")[0], 5, jnp.float64)
        np.testing.assert_allclose(single, double, rtol=1e-4)

    def test_screening_keeps_the_cheapest_in_order(self):
        every = np.asarray(SPACE.draw(keys("a")[0], 40)).T[..., None]
        costs = np.sort(np.asarray(bowl(jnp.asarray(every[:, :, 0]), 0.0)))
        kept = screened_starts(bowl, 0.0, SPACE, keys("a"), (1,), candidates=40, starts=4, dtype=jnp.float32)
        np.testing.assert_allclose(np.asarray(bowl(kept[:, :, 0], 0.0)), costs[:4], rtol=1e-5)

    def test_a_candidate_that_is_not_a_number_loses(self):
        def holes(z, data):
            return jnp.where(z[0] > 0.0, jnp.nan, bowl(z, data))

        kept = screened_starts(holes, 0.0, SPACE, keys("a", "b"), (2,), candidates=40, starts=4, dtype=jnp.float32)
        assert (np.asarray(kept[0]) <= 0.0).all()


class TestDescent:
    def test_finds_a_known_minimum(self):
        found = calibrate()
        for name, value in MINIMUM.items():
            near = np.mod(found.values[name], 365.25) if name == "day" else found.values[name]
            np.testing.assert_allclose(near, value, rtol=1e-2)
        assert (found.cost < 1e-3).all() and (found.failed_starts == 0).all()

    def test_the_outcome_has_the_cost_it_says(self):
        found = calibrate(settings=DescentSettings(30, 0.5, 0.5, schedule="constant"))
        z = SPACE.coordinates({name: jnp.asarray(value) for name, value in found.values.items()})
        np.testing.assert_allclose(np.asarray(bowl(z, 0.0)), found.cost, rtol=1e-3, atol=1e-5)

    def test_best_so_far_never_rises_even_where_the_cost_does(self):
        found = calibrate(settings=DescentSettings(150, 2.0, 2.0, schedule="constant"))  # jumps about
        assert (np.diff(found.history, axis=0) <= 0).all()
        np.testing.assert_array_equal(found.history[-1], found.cost)
        assert found.iterations[0] == 1 and found.iterations[-1] == 150

    def test_lanes_together_are_lanes_alone(self):
        together, alone = calibrate(names=("a", "b", "c")), calibrate(names=("b",))
        for name in MINIMUM:
            np.testing.assert_allclose(together.values[name][1], alone.values[name][0], rtol=1e-5)

    def test_of_two_basins_the_deeper_one_is_found(self):
        def two(z, data):
            return jnp.minimum((z[0] - 2.0) ** 2, (z[0] + 2.0) ** 2 - 1.0) + z[1] ** 2 + data

        found = calibrate(two, starts=8)
        np.testing.assert_allclose(found.cost, -1.0, atol=1e-3)

    def test_clipping_bounds_the_step_of_a_lane_and_not_its_neighbours(self):
        scale = jnp.array([1e8, 1.0])

        def steep(z, data):
            return scale * bowl(z, data)

        clipped = DescentSettings(200, 0.1, 0.01, clip=1.0)
        found = calibrate(steep, names=("a", "b"), settings=clipped)
        assert (found.cost / np.asarray(scale) < 0.05).all()


class TestFailure:
    @staticmethod
    def falls_off(z, data):
        """Not a number beyond a line on the way to the minimum, in the second lane alone."""
        bad = jnp.array([False, True, False]) & (z[0] > -1.0)
        return jnp.where(bad, jnp.nan, bowl(z, data))

    def test_is_a_status_and_leaves_the_others_alone(self):
        whole, broken = calibrate(), calibrate(self.falls_off)
        assert broken.failed_starts.tolist()[0::2] == [0, 0]
        assert broken.failed_starts[1] > 0
        assert np.isfinite(broken.cost[1])  # the best point before the fall is kept
        for name in MINIMUM:
            np.testing.assert_array_equal(whole.values[name][[0, 2]], broken.values[name][[0, 2]])

    def test_of_all_starts_is_an_infinite_cost(self):
        def never(z, data):
            return jnp.where(jnp.array([False, True, False]), jnp.nan, bowl(z, data))

        found = calibrate(never)
        assert found.failed_starts.tolist() == [0, 2, 0]
        assert np.isinf(found.cost[1]) and np.isfinite(found.cost[[0, 2]]).all()
        assert all(np.isfinite(value).all() for value in found.values.values())

    def test_a_gradient_that_is_not_a_number_counts_too(self):
        def root(z, data):
            # a finite value with an infinite slope, in the second lane
            return bowl(z, data) + jnp.sqrt(jnp.abs(z[0]) * jnp.array([0.0, 0.0]) + jnp.array([1.0, 0.0]))

        assert calibrate(root, names=("a", "b")).failed_starts.tolist() == [0, 2]


class TestResume:
    def stopped_after(self, number: int, file: CheckpointFile, **options):
        asked = itertools.count()
        with pytest.raises(KeyboardInterrupt):
            calibrate(checkpoint=file, should_stop=lambda: next(asked) >= number, **options)

    @pytest.mark.parametrize("number", [0, 1, 137])
    def test_goes_on_to_the_same_numbers(self, tmp_path, number):
        file = CheckpointFile(tmp_path / "state.npz", "this")
        whole = calibrate()
        self.stopped_after(number, file)
        resumed = calibrate(checkpoint=file)
        np.testing.assert_array_equal(whole.cost, resumed.cost)
        np.testing.assert_array_equal(whole.history, resumed.history)
        np.testing.assert_array_equal(whole.iterations, resumed.iterations)
        np.testing.assert_array_equal(whole.failed_starts, resumed.failed_starts)
        for name in MINIMUM:
            np.testing.assert_array_equal(whole.values[name], resumed.values[name])

    def test_a_finished_calibration_is_not_done_again(self, tmp_path):
        file = CheckpointFile(tmp_path / "state.npz", "this")
        first = calibrate(checkpoint=file)

        def unused(z, data):
            raise AssertionError("the cost was asked for")

        again = calibrate(unused, checkpoint=file)
        np.testing.assert_array_equal(first.cost, again.cost)

    def test_the_state_of_something_else_is_refused(self, tmp_path):
        self.stopped_after(5, CheckpointFile(tmp_path / "state.npz", "this"))
        with pytest.raises(CheckpointMismatch, match="another calibration"):
            calibrate(checkpoint=CheckpointFile(tmp_path / "state.npz", "that"))

    def test_a_write_that_was_cut_off_does_not_count(self, tmp_path):
        file = CheckpointFile(tmp_path / "state.npz", "this")
        self.stopped_after(5, file)
        kept = file.read()
        (tmp_path / "state.part").write_bytes(b"PK\x03\x04 half")
        assert kept.keys() == file.read().keys()
        file.remove()
        assert file.read() is None


    @pytest.mark.parametrize("number", [0, 59, 60, 61, 100, 299])
    def test_goes_on_in_whatever_stage_it_was(self, tmp_path, number):
        file = CheckpointFile(tmp_path / "state.npz", "this")
        whole = calibrate(rehearsals=rehearsals())
        self.stopped_after(number, file, rehearsals=rehearsals())
        resumed = calibrate(checkpoint=file, rehearsals=rehearsals())
        np.testing.assert_array_equal(whole.cost, resumed.cost)
        np.testing.assert_array_equal(whole.history, resumed.history)
        for name in MINIMUM:
            np.testing.assert_array_equal(whole.values[name], resumed.values[name])


def rehearsals(data=0.3, method="eigenbasis"):
    """Two stages on another level of the same bowl."""
    settings = DescentSettings(60, 0.1, 0.05, method=method)
    return [Stage(jnp.float32(data), 4, settings, 0.1), Stage(jnp.float32(data / 2), 3, settings, 0.5)]


class TestStages:
    def test_the_cost_and_history_are_those_of_the_last(self):
        found = calibrate(rehearsals=rehearsals(data=-5.0))
        assert (found.cost >= 0.0).all() and (found.cost < 1e-3).all()
        assert (found.history >= 0.0).all()
        assert found.iterations[0] == 121 and found.iterations[-1] == 520

    def test_a_lane_goes_on_from_its_own_cheapest_points(self):
        stand_still = DescentSettings(1, 1e-12, 1e-12, schedule="constant")
        alone = calibrate(candidates=40, starts=1, settings=stand_still)
        first = [Stage(jnp.float32(9.0), 5, stand_still, 0.1)]
        after = calibrate(candidates=40, starts=1, settings=stand_still, rehearsals=first)
        np.testing.assert_array_equal(alone.cost, after.cost)

    def test_a_rehearsal_that_points_elsewhere_does_not_decide(self):
        def elsewhere(z, data):
            return jnp.where(data > 1.0, jnp.sum((z - 3.0) ** 2, axis=0), bowl(z, data))

        found = calibrate(elsewhere, rehearsals=rehearsals(data=9.0)[:1])
        for name, value in MINIMUM.items():
            near = np.mod(found.values[name], 365.25) if name == "day" else found.values[name]
            np.testing.assert_allclose(near, value, rtol=1e-2)

    def test_a_start_that_fails_in_a_rehearsal_is_not_taken_on(self):
        def holes(z, data):
            return jnp.where((data > 0.0) & (z[0] > -1.0), jnp.nan, bowl(z, data))

        found = calibrate(holes, rehearsals=rehearsals())
        assert np.isfinite(found.cost).all() and (found.failed_starts == 0).all()

    def test_gradients_are_counted_over_screening_and_all_stages(self):
        found = calibrate(rehearsals=rehearsals(), candidates=40)
        assert found.gradient_equivalents == pytest.approx(40 * 0.25 * 0.1 + 4 * 60 * 0.1 + 3 * 60 * 0.5 + 2 * 400)
        assert calibrate(candidates=2).gradient_equivalents == 800

    def test_lanes_together_are_lanes_alone(self):
        together = calibrate(names=("a", "b", "c"), rehearsals=rehearsals())
        alone = calibrate(names=("b",), rehearsals=rehearsals())
        for name in MINIMUM:
            np.testing.assert_allclose(together.values[name][1], alone.values[name][0], rtol=1e-5)


def test_the_next_stand_of_the_same_shape_is_not_compiled_again():
    traced = []

    def counted(z, data):
        traced.append(z.shape)
        return bowl(z, data)

    calibrate(counted, data=0.0)
    before = len(traced)
    calibrate(counted, data=1.0)
    assert before and len(traced) == before


def test_progress_ends_with_the_best_cost_of_each_lane():
    seen = []
    found = calibrate(progress=lambda i, n, best: seen.append((i, n, best)))
    assert seen[-1][:2] == (400, 400)
    np.testing.assert_array_equal(seen[-1][2], found.cost)

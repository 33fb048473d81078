"""Which shortened runs are rehearsed on."""

from __future__ import annotations

import numpy as np
import pytest

from diffdalec.calibration import Stage
from diffdalec.cells.problem import StandData, problem
from diffdalec.cells.stages import shortened, stages
from diffdalec.config import Simulation, load_experiment
from diffdalec.harmonise.growth_curve import GrowthCurve
from diffdalec.harmonise.periods import period_masks
from diffdalec.harmonise.run_calendar import run_calendar
from stands import observed_stand

CURVE = GrowthCurve(bmax=60.0, k=0.06, p=3.0, unit="MgC ha-1")


@pytest.fixture(scope="module")
def data() -> StandData:
    ds = observed_stand()
    return StandData(ds, period_masks(ds), CURVE, 5000.0, {})


def built(data, *names, **overrides) -> list[Stage]:
    experiments = [load_experiment(name, **overrides) for name in names]
    s = experiments[0].simulation
    calendar = run_calendar(data.ds["time"], cycle=s.cycle, years=s.years, last_year=s.last_year)
    return stages(data, experiments, problem(data, experiments, calendar))


def rehearsal(years):
    return {"years": years, "starts": 3, "iterations": 5, "learning_rate": 0.1, "final_learning_rate": 0.01}


def test_a_run_of_several_passes_keeps_its_end(data):
    s = Simulation(years=60)
    cut = shortened(s, data, 20)
    full, short = (run_calendar(data.ds["time"], years=x.years, cycle=x.cycle) for x in (s, cut))
    assert len(short.years) == 20 and short.years.tolist() == full.years.tolist()[-20:]
    np.testing.assert_array_equal(short.observed_days, full.observed_days)


def test_a_run_of_one_pass_keeps_its_beginning(data):
    first = int(data.ds["time"].dt.year.values[0])
    assert shortened(Simulation(), data, 1).cycle == (first, first)
    assert shortened(Simulation(), data, 2).cycle == (first, first + 1)


def test_but_begins_where_there_is_something_to_compare_with(data):
    ds = data.ds.copy(deep=True)
    year = ds["time"].dt.year.values
    first = int(year[0])
    for name in ("gpp", "reco", "et", "lai"):
        ds[name].values[year == first] = np.nan
    thin = StandData(ds, data.periods, None, None, {})
    cut = shortened(Simulation(), thin, 1)
    assert cut.cycle[0] == cut.cycle[1] > first
    assert data.periods["calibration"][year == cut.cycle[0]].all()


def test_is_left_out_where_the_run_is_no_longer(data):
    assert shortened(Simulation(years=20), data, 20) is None
    overrides = {"simulation": {"years": 20}, "optimiser": {"rehearsals": [rehearsal(20), rehearsal(12)]}}
    found = built(data, "growth_curve", **overrides)
    assert [s.starts for s in found] == [3, load_experiment("growth_curve").optimiser.starts]


def test_shares_are_of_the_days_of_the_whole_run(data):
    found = built(data, "growth_curve", optimiser={"rehearsals": [rehearsal(21), rehearsal(53)]})
    assert [round(s.share, 2) for s in found] == [0.2, 0.5, 1.0]


def test_experiments_that_share_a_run_rehearse_together(data):
    found = built(data, "baseline", "single_year", members=3, optimiser={"rehearsals": [rehearsal(1)]})
    assert found[0].data.weights["stream:gpp"].shape == found[1].data.weights["stream:gpp"].shape == (6,)
    assert found[0].data.streams.keys() == found[1].data.streams.keys()


def test_without_an_observation_there_is_none(data):
    bare = StandData(data.ds.drop_vars(["gpp", "reco", "et", "lai"]), data.periods, CURVE, 5000.0, {})
    found = built(bare, "growth_curve", optimiser={"rehearsals": [rehearsal(12)]})
    assert len(found) == 1


def test_the_shipped_experiments_stay_within_500_gradients_of_nine_and_107_years(data):
    from diffdalec.calibration.calibrate import gradient_equivalents

    for name, years in (("baseline", 9), ("single_year", 9), ("growth_curve", 107)):
        o = load_experiment(name).optimiser
        spent = o.starts * o.iterations + sum(r.starts * r.iterations * r.years / years for r in o.rehearsals)
        spent += 0.25 * o.candidates * (o.rehearsals[0].years / years if o.rehearsals else 1.0)
        assert spent <= 500, (name, spent)
    assert gradient_equivalents(built(data, "growth_curve"), 256) <= 500

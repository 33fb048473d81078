"""Experiment files: what ships loads, the paper's settings are expressible, and what is wrong is said by name."""

from __future__ import annotations

import pytest
import yaml

from diffdalec import Experiment, InputError, load_experiment
from diffdalec.config import SITE_EXPERIMENTS, shipped_experiments


def write(tmp_path, text: str, name: str = "mine.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", shipped_experiments())
def test_every_shipped_file_loads_and_survives_its_own_yaml(name, tmp_path):
    experiment = load_experiment(name)
    assert experiment.streams and experiment.title
    assert load_experiment(write(tmp_path, experiment.yaml())) == experiment


def test_the_papers_three_are_shipped_for_sites():
    assert SITE_EXPERIMENTS == ("baseline", "single_year", "growth_curve")
    assert set(SITE_EXPERIMENTS) <= set(shipped_experiments())
    assert {f"paper/{name}" for name in SITE_EXPERIMENTS} <= set(shipped_experiments())


class TestPaper:
    """Wu et al., section 2.3.1."""

    def test_runs(self):
        growth, single, base = (load_experiment(f"paper/{n}") for n in ("growth_curve", "single_year", "baseline"))
        assert (growth.simulation.cycle, growth.simulation.years, growth.simulation.last_year) == (
            (1985, 2020), 107, 2019,
        )  # fmt: skip
        for short in (single, base):
            assert (short.simulation.cycle, short.simulation.years) == ((2001, 2019), 19)
        for e in (growth, single, base):
            assert (e.calibration_years, e.validation_years) == ((2001, 2012), (2013, 2019))
            assert e.members == 5

    def test_streams(self):
        fast = {"gpp": "daily", "reco": "window_mean", "et": "daily", "lai": "sample"}
        for name, slow in (("baseline", {}), ("single_year", {"biomass": "final_biomass"}),
                           ("growth_curve", {"biomass": "biomass_curve"})):  # fmt: skip
            streams = load_experiment(f"paper/{name}").streams
            assert {k: s.observe for k, s in streams.items()} == fast | slow
            assert streams["reco"].days == 10 and streams["lai"].days == 8
            assert all(s.weight == 1.0 for s in streams.values())
        assert load_experiment("paper/single_year").streams["biomass"].sigma == 0.2

    def test_rules(self):
        for name in SITE_EXPERIMENTS:
            known = {f"edc{i}" for i in range(1, 10)}
            expected = known - {"edc9"} if name == "growth_curve" else known
            assert set(load_experiment(f"paper/{name}").constraints) == expected

    def test_the_peers_cost_and_protocol(self):
        cost, protocol = load_experiment("differland"), load_experiment("differland_protocol")
        assert set(cost.constraints) == {"edc1", "edc2", "edc3", "edc4", "edc5"} and list(cost.priors) == [
            "canopy_efficiency"
        ]
        assert cost.priors["canopy_efficiency"].width ** -2 / 2 == pytest.approx(0.1, rel=1e-3)
        o = protocol.optimiser
        assert (o.iterations, o.learning_rate, o.schedule, o.transform) == (25000, 5e-4, "constant", "arctan")


class TestFiles:
    def test_extends_merges_key_by_key_and_null_takes_out(self, tmp_path):
        path = write(
            tmp_path,
            "extends: growth_curve\nname: mine\nstreams: {lai: null, gpp: {weight: 2.0}}\noptimiser: {iterations: 7}\n",
        )
        mine, base = load_experiment(path), load_experiment("growth_curve")
        assert set(mine.streams) == set(base.streams) - {"lai"}
        assert mine.streams["gpp"].weight == 2.0 and mine.streams["gpp"].observe == base.streams["gpp"].observe
        assert mine.optimiser.iterations == 7 and mine.optimiser.starts == base.optimiser.starts

    def test_extends_a_file_beside_it(self, tmp_path):
        write(tmp_path, "extends: baseline\nname: base\nmembers: 3\n", "base.yaml")
        assert load_experiment(write(tmp_path, "extends: base.yaml\nname: mine\n")).members == 3

    def test_overrides_do_what_an_extending_file_would(self):
        changed = load_experiment("baseline", members=2, optimiser={"iterations": 9})
        assert (changed.members, changed.optimiser.iterations) == (2, 9)
        assert changed.optimiser.candidates == load_experiment("baseline").optimiser.candidates

    def test_is_frozen(self):
        with pytest.raises(Exception, match="frozen"):
            load_experiment("baseline").members = 3

    def test_an_experiment_passes_through(self):
        e = load_experiment("baseline")
        assert isinstance(e, Experiment) and load_experiment(e) == e


BAD = {
    "extends: baseline\nmemebrs: 3\n": "unknown key 'memebrs' (did you mean 'members'?)",
    "extends: baseline\noptimiser: {iteration: 3}\n": "unknown key 'optimiser.iteration' (did you mean 'iterations'?)",
    "extends: baseline\nstreams: {gpp: {wieght: 1}}\n": "did you mean 'weight'?",
    "extends: baseline\nstreams: {sap_flow: {}}\n": "sap_flow",
    "extends: baseline\nconstraints: {edc99: {}}\n": "edc99",
    "extends: baseline\nmembers: 0\n": "members",
    "extends: baseline\nmembers: many\n": "found 'many'",
    "extends: baseline\nstreams: {gpp: {weight: -1}}\n": "streams.gpp.weight",
    "extends: baseline\nstreams: {gpp: {observe: biomass_curve}}\n": "streams.gpp cannot observe biomass_curve",
    "extends: baseline\nstreams: {biomass: {observe: daily}}\n": "streams.biomass must observe",
    "extends: baseline\ncalibration_years: [2010, 2006]\n": "first to last",
    "extends: baseline\ninitial_pools: {wood: {bounds: [200, 1]}}\n": "the lower value must be below",
    "extends: baseline\noptimiser: {rehearsals: [], candidates: 2, starts: 8}\n": "8 starts cannot be chosen from 2",
    "extends: baselin\n": "did you mean 'baseline'?",
    "extends: mine.yaml\n": "extends itself",
    "- a\n- b\n": "must be a mapping",
    "name: [unclosed\n": "not valid YAML",
    "title: nothing else\n": "name",
}


@pytest.mark.parametrize(("text", "expected"), BAD.items(), ids=range(len(BAD)))
def test_what_is_wrong_is_said_in_one_sentence(tmp_path, text, expected):
    with pytest.raises(InputError) as error:
        load_experiment(write(tmp_path, text))
    assert expected in str(error.value)
    assert "mine" in str(error.value) or "baselin" in str(error.value)  # which file
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


@pytest.mark.parametrize("name", ["grwth_curve", "nothing.yaml", "paper/basline"])
def test_a_name_that_is_not_there(name):
    with pytest.raises(InputError, match=r"grwth_curve.*growth_curve|does not exist|paper/baseline"):
        load_experiment(name)


def test_the_command_shows_an_experiment_whole(capsys):
    from diffdalec.cli import app

    with pytest.raises(SystemExit) as left:
        app(["experiments", "growth_curve"])
    assert left.value.code == 0
    assert yaml.safe_load(capsys.readouterr().out)["simulation"]["years"] == 107

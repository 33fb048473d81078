"""Is every figure drawn from any store that a run can leave: gaps, one member, nobody alive, no curve?"""

from __future__ import annotations

import pytest

from diffdalec import figures
from diffdalec.analysis import positions, recovery
from diffdalec.figures.style import colours, figure_bytes, power_label, unit_label
from tree import stand_tree

STORES = {
    "whole": {"years": 7},
    "one member, no LAI, no growth curve": {
        "members": 1,
        "missing": ("lai",),
        "growth": False,
        "truth": False,
    },
    "one experiment, no observation at all": {
        "experiments": ("growth_curve",),
        "missing": ("gpp", "reco", "et", "lai"),
        "members": 2,
    },
    "nobody usable in one, nothing held out": {"failed": "growth_curve", "years": 4},
    "six experiments": {"experiments": tuple(f"variant_{i}" for i in range(6)), "years": 2, "truth": False},
}
OF_STORE = ("biomass", "convergence", "cost_terms", "fluxes", "traits")


def _draw(name, tree):
    return getattr(figures, f"{name}_figure")(tree)


def _texts(figure) -> str:
    return " ".join(text.get_text() for ax in figure.axes for text in [*ax.texts, ax.title])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("store", STORES)
def test_every_figure_draws_every_store(store):
    tree = stand_tree(**{"years": 6} | STORES[store])
    drawn = [_draw(name, tree) for name in OF_STORE]
    drawn.append(figures.parameters_figure(positions(tree)))
    if recovery(tree) is not None:
        drawn.append(figures.recovery_figure(recovery(tree)))
    for figure in drawn:
        assert figure_bytes(figure, "png", dpi=30).startswith(b"\x89PNG")
        assert 86 / 25.4 < figure.get_figwidth() < 181 / 25.4, "not a journal's width"


def test_an_empty_panel_says_why():
    assert "no growth curve" in _texts(figures.biomass_figure(stand_tree(growth=False, years=1)))
    assert "no usable" in _texts(figures.biomass_figure(stand_tree(failed="growth_curve", years=1)))
    assert "no usable" in _texts(figures.traits_figure(stand_tree(failed="baseline", years=1)))


def test_the_dead_and_the_failed_are_counted():
    text = _texts(figures.biomass_figure(stand_tree(years=1)))
    assert "1 died" in text and "1 failed in calibration" in text and "4 alive" in text


def test_failed_members_are_drawn_in_no_stream():
    tree = stand_tree(years=6)
    tree["simulation"]["gpp"].loc[{"experiment": "growth_curve", "member": 2}] = 1e6  # its status is "dead"
    assert figures.fluxes_figure(tree).axes[0].get_ylim()[1] < 100


def test_an_experiment_has_one_colour_whatever_stands_beside_it():
    alone, among = colours(["growth_curve"]), colours(["baseline", "mine", "growth_curve", "site_baseline"])
    assert alone["growth_curve"] == among["growth_curve"]
    assert among["baseline"] == among["site_baseline"] != among["mine"]


def test_pyplot_and_its_settings_are_left_alone():
    import sys

    import matplotlib as mpl

    before = mpl.rcParams["font.size"]
    figures.convergence_figure(stand_tree(members=1, years=1))
    assert mpl.rcParams["font.size"] == before
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_saving_writes_vector_and_300_dpi(tmp_path):
    figure = figures.convergence_figure(stand_tree(members=1, years=1))
    pdf, png = figures.save_figure(figure, tmp_path / "figures", "convergence")
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.name == "convergence.pdf"
    width = int.from_bytes(png.read_bytes()[16:20], "big")
    assert width == pytest.approx(figure.get_figwidth() * 300, abs=1)


def test_units_and_numbers_are_written_with_exponents():
    assert unit_label("gC m-2 d-1") == "gC m$^{−2}$ d$^{−1}$"
    assert unit_label("1") == ""
    assert unit_label("gC kgH2O-1 hPa^0.5") == "gC kgH2O$^{−1}$ hPa$^{0.5}$"
    assert power_label(2.5e-5) == "2.5×10$^{−5}$"
    assert power_label(1e5) == "10$^{5}$"

"""Does the figure of the design say what was run, and the leaf-economics figure the line that the cost has?"""

from __future__ import annotations

import numpy as np
import pytest
from biome_groups import design, study
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from diffdalec.ecological_rules import EDCS, LEAF_ECONOMICS_RESIDUAL
from diffdalec.figures.biome.design import design_figure
from diffdalec.figures.biome.differences import differences_figure
from diffdalec.figures.biome.economics import departures, leaf_economics_figure
from diffdalec.figures.style import colours


def _labels(ax) -> list[str]:
    return [t.get_text() for t in ax.get_yticklabels()]


def test_the_papers_growth_run_is_compared_in_years_89_to_100():
    """Wu et al., section 2.3.1: simulation years 89–100 are 2001–2012; the rest to 107 is held out."""
    figure = design_figure(design())
    runs = figure.axes[1]
    green = to_rgba(colours(["growth_curve"])["growth_curve"])
    compared = [p for p in runs.patches if isinstance(p, Rectangle) and p.get_facecolor() == green]
    assert [(p.get_x(), p.get_x() + p.get_width()) for p in compared] == [(88, 100)]
    held_out = [p for p in runs.patches if p.get_hatch() and p.get_edgecolor() == green]
    assert [(p.get_x(), p.get_x() + p.get_width()) for p in held_out] == [(100, 107)]
    cycles = sorted({float(x) for line in runs.lines for x in line.get_xdata() if len(line.get_xdata()) == 2})
    assert cycles == [36, 72]
    assert any("107 years from bare ground" in t.get_text() for t in runs.texts)


def test_terms_of_the_cost_are_open_where_an_experiment_has_them_not():
    figure = design_figure(design())
    streams, rules = figure.axes[2:4]
    rows = _labels(streams)
    assert rows[:4] == ["GPP, daily", "RECO, means of 10 days", "ET, daily", "LAI, every 8 days"]
    filled = {tuple(np.round((line.get_xdata()[0], line.get_ydata()[0]))) for line in streams.lines
              if line.get_markerfacecolor() != "none"}  # fmt: skip
    assert {x for x, y in filled if y == rows.index("biomass, at the end of the run")} == {1}
    assert {x for x, y in filled if y == rows.index("biomass, at every stand age")} == {2}
    assert [label.partition(":")[0] for label in _labels(rules)] == [name.upper() for name in EDCS]


def test_a_study_without_growth_curve_has_no_forward_runs():
    figure = design_figure(design(1, ("paper/baseline",)))
    texts = [t.get_text() for ax in figure.axes for t in ax.texts]
    assert "1 cell of 0.5°,\ndaily" in texts and not any("bare ground" in t for t in texts)
    assert "growth curve" not in [t.get_text() for t in figure.legends[0].get_texts()]


def test_the_line_goes_through_the_middle_of_its_band():
    mass = np.array([50.0, 100.0])
    on_the_line = np.exp(-4.709 + 1.111 * np.log(mass))
    assert departures(mass, on_the_line) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert departures(mass, on_the_line * np.exp(LEAF_ECONOMICS_RESIDUAL)) == pytest.approx([1.0, 1.0])
    groups = study()
    figure = leaf_economics_figure(groups["medians"], groups["evaluation"])
    for ax in figure.axes:
        line = next(one for one in ax.lines if len(one.get_xdata()) > 2)
        assert departures(line.get_xdata(), line.get_ydata()) == pytest.approx(0.0, abs=1e-9)
        drawn = next(c for c in ax.collections if c.get_zorder() == 3).get_offsets()
        (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
        assert ((drawn >= (west, south)) & (drawn <= (east, north))).all()


def test_every_panel_of_differences_has_its_percent_bias():
    groups = study()
    table = groups["table_traits"]
    figure = differences_figure(groups["cells"], groups["medians"], groups["evaluation"], ("wood_turnover",), table)
    notes = {ax.get_title("left").split("  ")[-1]: ax.get_xlabel() for ax in figure.axes if ax.get_title("left")}
    previous = float(table["pbias_robust_previous"].sel(quantity="wood_turnover", experiment="growth_curve"))
    assert all("PBIAS" in note for note in notes.values()) and len(notes) == 3
    assert f"{abs(previous):.1f} %" in notes["growth-curve − single-year"]

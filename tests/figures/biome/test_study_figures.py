"""Would one print them: every figure, from a strip and from a belt, with shared scales, units and numbers?"""

from __future__ import annotations

import re
import socket

import numpy as np
import pytest
import xarray as xr
from attributions import attribution
from biome_groups import study
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from diffdalec.figures.biome import FIGURES, drawings, table_dataset
from diffdalec.figures.biome.attribution import attribution_skill_figure
from diffdalec.figures.biome.biomass import biomass_figure
from diffdalec.figures.biome.traits import robust_values, trait_figure
from diffdalec.figures.style import figure_bytes


def _all(kind: str) -> dict:
    groups = dict(study(kind))
    retrieved = attribution(groups["cells"])
    both = [retrieved, retrieved.assign_coords(experiment=["truth"])]
    return groups | {"attribution": xr.concat(both, "experiment")}


def _drawn(kind: str, name: str) -> Figure:
    return next(d for d in drawings(_all(kind)) if d.name == name).figure()


def _texts(figure: Figure) -> str:
    parts = [t.get_text() for ax in figure.axes for t in [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]]
    parts += [ax.get_title(side) for ax in figure.axes for side in ("left", "right")]
    return " ".join(parts)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a figure reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def _cases() -> list:
    """Every drawing; all but the first variant of each figure are slow."""
    seen: set[str] = set()
    cases = []
    for drawing in drawings(_all("strip")):
        marks = [pytest.mark.slow] if drawing.key in seen else []
        seen.add(drawing.key)
        cases.append(pytest.param(drawing, id=drawing.name, marks=marks))
    return cases


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("drawing", _cases())
def test_every_figure_of_a_strip(drawing, no_network):
    figure = drawing.figure()
    assert figure_bytes(figure, "png", dpi=30).startswith(b"\x89PNG")
    assert 40 / 25.4 < figure.get_figwidth() < 181 / 25.4, "not a journal's width"
    assert figure.get_figheight() < 240 / 25.4, "taller than a page"
    assert "{" not in drawing.title + drawing.caption
    if drawing.key == "design":
        assert "12 cells" in _texts(figure)
        return
    assert re.search(r"n = [\d,]+", _texts(figure) + " ".join(t.get_text() for t in _legend_texts(figure))) or (
        drawing.key.startswith("attribution_skill") and "n = 12" in _tick_texts(figure)
    )


def _legend_texts(figure: Figure) -> list:
    return [t for legend in figure.legends for t in [*legend.get_texts(), legend.get_title()]]


def _tick_texts(figure: Figure) -> str:
    return " ".join(t.get_text() for ax in figure.axes for t in ax.get_yticklabels())


@pytest.mark.parametrize("name", [pytest.param("biomass", marks=pytest.mark.slow), "attribution_wood_turnover"])
def test_the_biome_prints_as_vectors_too(name, no_network):
    content = figure_bytes(_drawn("belt", name), "pdf")
    assert content.startswith(b"%PDF")
    assert len(content) < 6e6


def test_nothing_is_drawn_from_nothing_and_what_is_lacking_is_named():
    assert not list(drawings({}))
    assert FIGURES["retrieval"].lacks({"medians": study()["medians"]}) == ("truth",)
    without = {name: ds for name, ds in study().items() if name not in ("truth", "table_retrieval", "forward")}
    keys = {d.key for d in drawings(without)}
    assert not keys & {"retrieval", "retrieval_skill", "trajectories", "attribution"}
    assert {"biomass", "trait", "nnse", "robustness", "members", "cardamom", "field"} <= keys


def _map_colours(ax) -> np.ndarray:
    """Face colours (cell, 4) of a map's cells, which have the second lowest place."""
    return next(c for c in ax.collections if isinstance(c, PolyCollection) and c.get_zorder() == 2).get_facecolors()


def _bars(figure: Figure) -> list:
    return [ax for ax in figure.axes if hasattr(ax, "_colorbar")]


def test_maps_in_a_row_have_one_scale_and_differences_are_centred():
    groups = study()
    figure = trait_figure(groups["cells"], groups["medians"], groups["evaluation"], "wood_turnover")
    first, second = (ax._colorbar for ax in _bars(figure))
    values, unit = robust_values(groups["medians"], groups["evaluation"], "wood_turnover")
    assert unit == "yr-1" and "[yr" in _bars(figure)[0].get_xlabel()
    assert first.norm.vmin <= np.nanmin(values) and np.nanmax(values) <= first.norm.vmax
    assert second.norm.vmin == -second.norm.vmax < 0
    for panel, own in zip(figure.axes[:3], values, strict=True):
        expected = first.cmap(first.norm(np.sort(own[np.isfinite(own)])))
        drawn = _map_colours(panel)
        assert all((np.abs(drawn - colour).sum(axis=1) < 1e-6).any() for colour in expected)


def test_cells_whose_members_disagree_are_grey_and_not_counted():
    groups = study()
    spread = groups["evaluation"]["robust_cv"].sel(quantity="wood_turnover").isel(experiment=0).values
    agreed = int((spread <= 0.3).sum())
    assert 0 < agreed < 12
    figure = trait_figure(groups["cells"], groups["medians"], groups["evaluation"], "wood_turnover")
    colours = _map_colours(figure.axes[0])
    assert (np.ptp(colours[:, :3], axis=1) < 0.05).sum() == 12 - agreed
    assert f"n = {agreed} of 12" in _texts(figure)
    assert any("members disagree" in t.get_text() for t in _legend_texts(figure))


def test_statistics_are_those_of_the_table_and_axes_of_one_to_one_panels_are_shared():
    groups = study()
    table = groups["table_biomass"].assign(rmse=("experiment", [11.1, 22.2, 33.3]))
    figure = biomass_figure(groups["cells"], groups["evaluation"], table)
    text = _texts(figure)
    assert all(f"RMSE = {value}" in text for value in ("11.1", "22.2", "33.3"))
    scatters = [ax for ax in figure.axes if ax.get_xlabel().startswith("growth curve [")]
    assert len(scatters) == 3
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in scatters}) == 1
    assert scatters[0].get_xlim() == scatters[0].get_ylim()
    assert "Mg ha" in scatters[0].get_xlabel()
    assert "RMSE" not in _texts(biomass_figure(groups["cells"], groups["evaluation"]))


def test_nnse_has_one_scale_for_both_periods():
    limits = set()
    for period in ("calibration", "validation"):
        norm = _bars(_drawn("strip", f"nnse_{period}"))[0]._colorbar.norm
        limits.add((norm.vmin, norm.vmax))
    assert len(limits) == 1


def test_axes_that_carry_a_quantity_name_its_unit():
    for name in ("trajectories", "leaf_economics", "retrieval_leaf", "attribution_wood_turnover"):
        figure = _drawn("strip", name)
        labels = [ax.get_xlabel() for ax in figure.axes if ax.get_xlabel() and not ax.get_xlabel().startswith("n =")]
        plain = {label for label in labels if "[" not in label}
        assert all(any(word in label for word in ("fraction", "pH", "ratio", "seasonality")) for label in plain), plain


def test_a_breakpoint_is_drawn_where_there_is_evidence_of_one_only():
    bent, plain = _drawn("belt", "attribution_wood_turnover"), _drawn("belt", "partial_dependence_wood_turnover")
    assert "−20.0 [−21.5, −18.5]" in _texts(bent)
    assert "−20.0 [" not in _texts(plain)
    assert _texts(bent).count("−21.5") == 1


def test_what_is_not_attributed_or_not_explained_is_not_passed_off_as_explained():
    names = [d.variant for d in drawings(_all("strip")) if d.key == "attribution"]
    assert names == ["wood_turnover", "allocation_wood"]
    unexplained = _texts(_drawn("strip", "attribution_allocation_wood"))
    assert "not explained" in unexplained and "−20.0 [" not in unexplained
    assert "−0.10" in _texts(attribution_skill_figure(_all("strip")["attribution"], "growth_curve"))


def test_tables_become_datasets_in_the_order_of_their_rows():
    import pandas as pd

    frame = pd.DataFrame({"quantity": ["z", "z", "a", "a"], "experiment": ["two", "one"] * 2, "pbias": [1.0, 2, 3, 4]})
    table = table_dataset(frame)
    assert list(table["quantity"].values) == ["z", "a"] and list(table["experiment"].values) == ["two", "one"]
    assert float(table["pbias"].sel(quantity="a", experiment="one")) == 4.0

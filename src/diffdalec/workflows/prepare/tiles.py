"""Whether the biomass map's tiles cover the cells, before anything is read of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...errors import InputError
from ...grid import cell_centre
from ...readers.products import SourceFile
from ...readers.products.esa_cci_biomass import corner_of_tile
from ...study import Study
from .cells import choose_cells


def missing_tiles(study: Study, growth_curves: Sequence[SourceFile], biomass: Sequence[SourceFile]) -> list[str]:
    """A sentence where cells of the study lie in tiles of the ``biomass`` map that are not there, or where no cell has
    a curve; nothing where the map is one merged file, or the study has none.

    A cell lies in one tile: their edges are edges of cells. A tile that is there and was cut is not looked into: its
    cells are told of in the cell set, as those of every regional subset.
    """
    try:
        chosen = choose_cells(study, growth_curves)
    except InputError as error:
        return [str(error)]
    if not biomass or any(file.path.suffix != ".tif" for file in biomass):
        return []
    there = {file.path.name[:7] for file in biomass}
    latitudes, longitudes = cell_centre(chosen.ids)
    needed = Counter(corner_of_tile(*place) for place in zip(latitudes, longitudes, strict=True))
    lacking = [(corner, cells) for corner, cells in sorted(needed.items()) if corner not in there]
    if not lacking:
        return []
    named = ", ".join(f"{corner} ({cells} cell{'s' if cells > 1 else ''})" for corner, cells in lacking)
    where, tiles = study.location("esa_cci_biomass"), "tiles" if len(lacking) > 1 else "tile"
    return [f"esa_cci_biomass: {where} lacks the {tiles} {named}; found are {', '.join(sorted(there))}."]

"""Finding the files of products that have one for each variable and year, as its name says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffdalec.readers.products.files import (
    SourceFile,
    chosen_settings,
    complete,
    first_days,
    matches,
    only_wanted,
)


@dataclass(frozen=True)
class YearlyFiles:
    """``find`` of a product (see :class:`~diffdalec.readers.products.files.Find`).

    ``usual``: our name -> name in the file. ``pattern`` of whole file names has the groups ``name``, the name of the
    variable in the file, and ``year``; files of other variables are left alone. ``example`` is a name as expected, for
    messages.
    """

    product: str
    usual: Mapping[str, str]
    pattern: str
    example: str

    def __call__(
        self,
        location: str | Path,
        *,
        years: range | None = None,
        wanted: Sequence[str] | None = None,
        **settings: Any,
    ) -> tuple[SourceFile, ...]:
        """The files of each variable and year."""
        chosen = chosen_settings(self.product, (), settings)
        ours = {theirs: name for name, theirs in self.usual.items()}
        files = [
            SourceFile(self.product, (ours[match["name"]],), datetime.date(int(match["year"]), 1, 1), path, chosen)
            for path, match in matches(location, self.product, self.pattern, self.example)
            if match["name"] in ours
        ]
        return complete(only_wanted(files, wanted, self.product, location), first_days(years), location)

"""A calibration's state on disk, so that an interrupt or a kill loses at most the time since the last write.

Written beside and renamed: a file is whole or not there. It carries a fingerprint of what was being calibrated; a state
of something else is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


class CheckpointMismatch(Exception):
    """The file holds the state of another calibration."""


@dataclass(frozen=True)
class CheckpointFile:
    """Where a calibration keeps its state, and the ``fingerprint`` of what is calibrated."""

    path: Path
    fingerprint: str

    def read(self) -> dict[str, np.ndarray] | None:
        """The arrays last written, or None where there are none. Raises CheckpointMismatch."""
        if not self.path.exists():
            return None
        with np.load(self.path) as file:
            arrays = dict(file)
        if str(arrays.pop("fingerprint")) != self.fingerprint:
            raise CheckpointMismatch(f"{self.path.name} belongs to another calibration")
        return arrays

    def write(self, arrays: dict[str, np.ndarray]) -> None:
        """Replace the file by these arrays."""
        beside = self.path.with_suffix(".part")
        with beside.open("wb") as file:
            content: dict[str, Any] = {"fingerprint": np.array(self.fingerprint), **arrays}
            np.savez(file, **content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)

    def remove(self) -> None:
        """Forget the state: the result has been stored."""
        self.path.unlink(missing_ok=True)

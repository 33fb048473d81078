"""The store of a calibrated stand: a zarr DataTree with provenance, and its summary as JSON."""

from .members import member_alive, member_ok
from .provenance import provenance
from .store import read_tree, write_tree
from .summary import summary, write_summary

__all__ = ["member_alive", "member_ok", "provenance", "read_tree", "summary", "write_summary", "write_tree"]

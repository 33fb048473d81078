"""Readers: a path to a Dataset in our names and units. :func:`open_site` opens any site file that we know."""

from diffdalec.readers.site_file import open_site

__all__ = ["open_site"]

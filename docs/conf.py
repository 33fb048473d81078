"""Settings of the documentation. ``python3 tasks.py docs`` builds it."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generate_tables import write_tables  # noqa: E402  (beside this file)

project = "diffdalec"
author = "The diffdalec developers"
copyright = "The diffdalec developers, Apache-2.0"
version = release = installed_version("diffdalec")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generate_tables.py"]
nitpicky = False

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

# Pages with code are executed, and their outputs kept until their code changes. DIFFDALEC_DOCS_EXECUTE=off skips it.
nb_execution_mode = os.environ.get("DIFFDALEC_DOCS_EXECUTE", "cache")
nb_execution_cache_path = str(HERE / "_build" / "executed")
nb_execution_timeout = 900
nb_execution_raise_on_error = True
nb_execution_show_tb = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False}
python_display_short_literal_types = True

html_theme = "pydata_sphinx_theme"
html_title = "diffdalec"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_sidebars = {"index": []}

# The tables of names, units and bounds are written from the one declaration of each.
write_tables(HERE / "_build" / "tables")

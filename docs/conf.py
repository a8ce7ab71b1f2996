"""Sphinx configuration."""

from __future__ import annotations

import sys
from pathlib import Path

import scitorch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "scitorch"
author = "the scitorch developers"
copyright = "2026, the scitorch developers"
release = scitorch.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "compatibility_page",
    "registry_pages",
]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
exclude_patterns = ["_build", "_extensions"]
html_theme = "furo"
html_title = "scitorch"
html_static_path = ["_static"]
html_css_files = ["coverage.css"]

# SPDX-License-Identifier: MIT
"""How the site is built: `make docs` puts it in build/docs, and any warning fails it.

Sphinx, since it is kept up, checks every reference, makes the API pages out of the docstrings, and gives pages that
work from a folder: search included, with no server, no network and nothing from elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import arbitrex_desktop  # noqa: E402 - found by the line above

project = "Arbitrex Desktop"
author = "The Arbitrex Desktop authors"
copyright = author  # noqa: A001 - Sphinx's name
version = release = arbitrex_desktop.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "docs.tools.docstrings", "docs.tools.pages"]
exclude_patterns = ["measured.md", "tools"]  # measured.md is a part of performance.md
templates_path: list[str] = []

# Docstrings are plain text with `names` in backticks.
default_role = "code"
autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Arbitrex Desktop {release}"
html_logo = "../resources/icons/arbitrex-128.png"
html_favicon = "../resources/icons/arbitrex-32.png"
html_copy_source = False
html_show_sphinx = False

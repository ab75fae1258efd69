"""How Sphinx builds the documentation; what is generated from the code is made in `_ext/reference_pages.py`."""

import sys
from pathlib import Path

import crmcore

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "crm"
copyright = "the authors of crmcore"  # noqa: A001 - Sphinx's name for it
version = release = crmcore.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "reference_pages"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

html_theme = "furo"
html_title = f"crm {release}"

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"

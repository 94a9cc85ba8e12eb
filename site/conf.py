"""How Sphinx builds the course site; `make site` runs it."""

project = "Neural networks"
author = "The nncourse authors"
copyright = "2026, the nncourse authors. Text: CC BY 4.0, code: MIT"

extensions = ["myst_nb"]
exclude_patterns = ["jupyter_execute"]
html_theme = "sphinx_book_theme"
html_title = project

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

# Notebooks are committed without figures; the site runs them, and again only on change.
nb_execution_mode = "cache"
nb_execution_timeout = 120
nb_execution_raise_on_error = True

"""How Sphinx builds the course site; `make site` runs it."""

project = "Neural networks"
author = "The nncourse authors"
copyright = "2026, the nncourse authors. Text: CC BY 4.0, code: MIT"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["jupyter_execute"]
html_theme = "sphinx_book_theme"
html_title = project
html_context = {"default_mode": "auto"}
html_static_path = ["_static", "site/_static"]
html_favicon = "site/_static/icon.svg"
html_last_updated_fmt = None

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

# Formulas need no network: MathJax 2 lies beside the pages. Sphinx and MyST mark
# formulas by the class `math`.
mathjax_path = "mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full"
myst_update_mathjax = False
mathjax2_config = {
    "tex2jax": {
        "ignoreClass": ".*",
        "processClass": "math|tex2jax_process",
        "inlineMath": [["\\(", "\\)"]],
        "displayMath": [["\\[", "\\]"]],
    },
    # The fonts that come with it; it would look for others first.
    "HTML-CSS": {
        "availableFonts": [],
        "imageFont": None,
        "preferredFont": None,
        "webFont": "STIX-Web",
        "linebreaks": {"automatic": True},
    },
    "messageStyle": "none",
}

# Notebooks are committed without figures; the site runs them, and again only on change.
# Assignments are shown as students get them.
nb_execution_mode = "cache"
nb_execution_excludepatterns = ["assignments/*"]
nb_execution_timeout = 120
nb_execution_raise_on_error = True
# A slider without a kernel would move and change nothing: the page shows the sentence
# that describes the explorer, and its static twin below.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True

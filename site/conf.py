"""How Sphinx builds the course site; `make site` runs it."""

project = "Neural networks"
author = "The nncourse authors"
copyright = "2026, the nncourse authors. Text: CC BY 4.0, code: MIT"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "autograder.site.extension",
]
nitpicky = True
exclude_patterns = ["jupyter_execute"]
html_theme = "sphinx_book_theme"
html_title = project
html_context = {"default_mode": "auto"}
html_theme_options = {
    "article_header_end": ["run-this-page.html", "article-header-buttons.html"],
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "show_toc_level": 2,
    "use_download_button": False,
}
templates_path = ["site/_templates"]
html_sidebars = {
    "**": ["course-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]
}
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_static_path = ["_static", "site/_static"]
html_favicon = "site/_static/icon.svg"
html_last_updated_fmt = None

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

# Formulas need no network: MathJax 3 lies beside the pages and draws them as SVG, with
# MathML for screen readers. Sphinx and MyST mark formulas by the class `math`.
mathjax_path = "mathjax.js"
myst_update_mathjax = False
mathjax3_config = {
    "tex": {"inlineMath": [["\\(", "\\)"]], "displayMath": [["\\[", "\\]"]]},
    "options": {
        "ignoreHtmlClass": ".*",
        "processHtmlClass": "math|tex2jax_process",
        # Its menu would make every formula a stop of the keyboard.
        "enableMenu": False,
    },
}

# Notebooks are committed without figures; the site runs them, and again only on change.
# Assignments are shown as students get them.
nb_execution_mode = "cache"
nb_execution_excludepatterns = ["assignments/*"]
nb_execution_timeout = 120
nb_execution_raise_on_error = True
# A slider without a kernel would move and change nothing: the page shows the words that
# explorers and quizzes bring for such readers; the static twin of an explorer follows.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]

autodoc_member_order = "bysource"
# Docstrings tell shapes; the types of arrays would only hide the arguments.
autodoc_typehints = "none"
default_role = "literal"
napoleon_google_docstring = True

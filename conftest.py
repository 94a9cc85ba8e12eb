"""How nbval compares notebooks in every run below this folder."""

# What the builder does not store of a checked cell: nbval shall not miss it.
NOT_STORED = (
    "application/javascript",
    "application/json",
    "application/vnd.nncourse.rubric+json",
    "image/svg+xml",
    "text/html",
    "text/latex",
    "text/markdown",
)


def pytest_collectstart(collector):
    """Tell nbval's notebooks to compare the text of outputs only."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += NOT_STORED

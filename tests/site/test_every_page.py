"""Every page, as readers meet it: in daylight, at night, on a phone."""

from pathlib import Path

import pytest
from axe import violations

from autograder.site import pages
from autograder.site.gather import PRIVATE

ROOT = Path(__file__).parents[2]
# Formulas: SVG that is hidden from screen readers, and MathML for them, which axe does
# not read: it takes the head of a column that is a formula for an empty one.
FORMULAS = ["mjx-container", "th:has(mjx-container)"]
# Thousands of coloured words, which are the same few colours on every page.
CODE = ["pre"]
# The list of all pages is the same on each; the first page's is examined.
LIST = ["nav.bd-links"]
PAGES_WITH_CODE = [
    "lectures/01_neurons",
    "assignments/a03_backprop",
    "docs/authoring",
    "docs/authoring-lectures",
]
PHONE = {"width": 390, "height": 844}

NAMES = [
    "index",
    "search",
    "genindex",
    "py-modindex",
    "reference/notation",
    *(f"lectures/{path.stem}" for path in sorted(ROOT.glob("lectures/*.ipynb"))),
    *(f"assignments/{path.stem}" for path in sorted(ROOT.glob("solutions/*/*.ipynb"))),
    *(f"api/{Path(name).stem}" for name in pages.api(ROOT)),
    *(
        f"{path.parent.name}/{path.stem}"
        for path in sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("site/*.md")])
        if path.name not in (*PRIVATE, "index.md")
    ),
]


def test_these_are_all_pages(site):
    lab = site / "lite"
    found = {
        path.relative_to(site).with_suffix("").as_posix()
        for path in site.rglob("*.html")
        if "_static" not in path.parts and lab not in path.parents
    }
    assert found == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_and_open_to_everybody(visit, name):
    page = visit(f"{name}.html", color_scheme="light", reduced_motion="reduce")
    assert page.complaints == []
    assert page.locator("h1:visible").count() == 1
    assert no_alt(page) == []
    assert unrendered(page) == []
    left_out = FORMULAS + CODE + (LIST if name != "index" else [])
    assert violations(page, leave_out=left_out) == []

    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert violations(page, ["color-contrast"], left_out) == []

    page.set_viewport_size(PHONE)
    too_wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(too_wide) <= 0
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES_WITH_CODE)
def test_code_stands_out_from_its_ground(visit, name, scheme):
    page = visit(f"{name}.html", color_scheme=scheme, reduced_motion="reduce")
    assert page.locator("pre").count() > 3
    assert violations(page, ["color-contrast"], FORMULAS) == []


def no_alt(page):
    """Images that say nothing to those who do not see them."""
    return page.eval_on_selector_all(
        "article img",
        "all => all.filter(i => !i.alt.trim()).map(i => i.src.slice(-80))",
    )


def unrendered(page):
    """Formulas that are still TeX, or that MathJax did not understand."""
    return page.eval_on_selector_all(
        ".math",
        """all => all.filter(m => !m.querySelector("mjx-container")
            || m.querySelector("[data-mml-node=merror]"))
            .map(m => m.textContent.slice(0, 80))""",
    )

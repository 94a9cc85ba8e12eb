"""What readers do: search, walk by keyboard, switch to dark, print, ask for a word."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LECTURES = sorted(path.stem for path in ROOT.glob("lectures/*.ipynb"))
FOCUSED = """() => {
    const e = document.activeElement;
    return [e.className, e.getAttribute("href") || "", e.textContent.trim()].join("|");
}"""


@pytest.mark.parametrize("name", LECTURES)
def test_nothing_on_a_lecture_only_looks_as_if_it_moved(visit, name):
    page = visit(f"lectures/{name}.html")
    outputs = " ".join(page.locator("article .output").all_inner_texts())
    assert page.locator("article input[type=range], .jupyter-widgets").count() == 0
    assert "could not be displayed" not in page.locator("article").inner_text()
    assert " object at 0x" not in outputs and "Widget(" not in outputs
    source = (ROOT / "content" / "lectures" / f"{name}.py").read_text(encoding="utf-8")
    explorers = page.locator(".nncourse-still", has_text="Explorer.")
    assert explorers.count() == source.count(".explore_")
    for explorer in explorers.all():
        assert "moves in JupyterLab and when you run this page" in explorer.inner_text()
        cell = explorer.locator("xpath=ancestor::div[contains(@class, 'cell ')]")
        twin = cell.locator("xpath=following-sibling::div[1]//img")
        assert twin.evaluate("image => image.naturalWidth") > 300


def test_the_search_finds_a_word_without_a_network(visit, address):
    page = visit("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=dropout*")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all(
        "#search-results li a", "all => all.map(a => a.href)"
    )
    assert any("lectures/06_dropout.html" in link for link in found)
    assert page.complaints == []


def test_the_keyboard_reaches_every_part(visit):
    page = visit("lectures/01_neurons.html")
    stops = []
    for _ in range(100):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    assert "#main-content" in stops[0]
    for part in ("search-button", "theme-switch", "02_softmax_losses.html", "word"):
        assert any(part in stop for stop in stops), f"{part} is not among the stops"


def test_dark_can_be_chosen_and_stays(visit, address):
    page = visit("index.html", color_scheme="light")
    theme = "document.documentElement.dataset.theme"
    page.get_by_role("button", name="Color mode").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(theme) == "dark"
    page.goto(f"{address}/lectures/01_neurons.html")
    assert page.evaluate(theme) == "dark"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(x) for x in ground.strip("rgba()").split(",")[:3]) < 150


def test_on_paper_there_is_the_lecture_and_nothing_to_click(visit):
    page = visit("lectures/01_neurons.html")
    page.emulate_media(media="print")
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".prev-next-footer"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("h1:visible").inner_text().startswith("1. Neurons")
    assert page.locator("article h2").first.is_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_a_word_tells_its_meaning_to_pointer_and_keyboard(visit):
    page = visit("lectures/01_neurons.html")
    word = page.locator("a.word[href$='#bias']")
    meaning = word.locator("xpath=following-sibling::*[1]")
    assert not meaning.is_visible()
    word.hover()
    assert meaning.is_visible() and "number added" in meaning.inner_text()
    page.mouse.move(0, 0)
    assert not meaning.is_visible()
    page.keyboard.press("Tab")
    word.focus()
    assert meaning.is_visible()
    page.keyboard.press("Escape")
    assert not meaning.is_visible()


def test_links_inside_the_site_lead_somewhere(site):
    """Every link and every anchor, as they stand in the pages."""
    from html.parser import HTMLParser
    from urllib.parse import unquote, urlsplit

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.links, self.ids = set(), set()

        def handle_starttag(self, tag, attributes):
            found = dict(attributes)
            self.ids |= {found.get("id"), found.get("name")}
            self.links |= {found.get("href"), found.get("src")} - {None, "", "#"}

    read = {}
    for path in site.rglob("*.html"):
        if "_static" not in path.parts and "lite" not in path.relative_to(site).parts:
            read[path] = Reader()
            read[path].feed(path.read_text(encoding="utf-8"))
    lost = set()
    for path, reader in read.items():
        for link in reader.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (
                (path.parent / unquote(parts.path)).resolve() if parts.path else path
            )
            anchor = unquote(parts.fragment)
            known = target not in read or not anchor or anchor in read[target].ids
            if not target.exists() or not known:
                lost.add(f"{path.relative_to(site)}: {link}")
    assert sorted(lost) == []

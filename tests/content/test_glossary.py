"""The glossary and the list of references are what the lectures link and cite."""

import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "site" / "glossary.md"
REFERENCES = ROOT / "site" / "references.md"
LECTURES = sorted((ROOT / "content" / "lectures").glob("[0-9][0-9]_*.py"))

ENTRY = re.compile(
    r'(?:^<a id="(?P<anchor>[^"]+)"></a>\n\n)?'
    r"^### (?P<term>.+)\n\n"
    r"^\*Lecture (?P<lecture>\d+)\*(?: · (?P<symbol>.+))?\n\n"
    r"(?P<text>(?:.+\n)+)",
    flags=re.M,
)
LINK = re.compile(r"\[([^\]]+)\]\(\.\./site/glossary\.md#([\w-]+)\)")
CITED = re.compile(r"https://(?:doi\.org|arxiv\.org)/[^\s)]+")
MOST_LINKS = 12
SYMBOLS = "[^a-z0-9]"


def entries(text):
    return [match.groupdict() for match in ENTRY.finditer(text)]


def github_anchor(title):
    """The name of a heading on GitHub, and by Sphinx."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def jupyter_anchor(title):
    """The name of a heading in JupyterLab."""
    return title.replace(" ", "-")


def glossary_faults(text):
    """What is wrong with a glossary: its form, its anchors, its order."""
    found = entries(text)
    titles = re.findall(r"^### (.+)$", text, flags=re.M)
    for title in sorted(set(titles) - {entry["term"] for entry in found}):
        yield f"{title}: the heading is not followed by *Lecture N* and a text"
    order = [re.sub(SYMBOLS, "", title.lower()) for title in titles]
    for before, after in itertools.pairwise(order):
        if before >= after:
            yield f"{before} stands before {after}"
    for entry in found:
        term, text = entry["term"], entry["text"]
        given = entry["anchor"] or jupyter_anchor(term)
        if given != github_anchor(term):
            yield f'{term}: put <a id="{github_anchor(term)}"></a> above the heading'
        if not 1 <= int(entry["lecture"]) < len(LECTURES):
            yield f"{term}: there is no lecture {entry['lecture']}"
        sentences = re.findall(r"[.?](?=\s|$)", re.sub(r"\$[^$]*\$", "x", text))
        if not 1 <= len(sentences) <= 3 or len(text.split()) < 6:
            yield f"{term}: {len(sentences)} sentences, expected one or two"


def test_the_glossary_is_well_formed():
    text = GLOSSARY.read_text(encoding="utf-8")
    assert len(entries(text)) > 150
    assert not list(glossary_faults(text))


GOOD = (
    '<a id="adam"></a>\n\n### Adam\n\n*Lecture 9*\n\n'
    "An optimizer with two running averages.\n\n"
    "### bias\n\n*Lecture 1* · $b$\n\nThe number added to the weighted inputs.\n"
)


def test_a_good_glossary_has_no_fault():
    assert not list(glossary_faults(GOOD))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<a id="adam"></a>\n\n', ""),
        ('id="adam"', 'id="Adam"'),
        ("*Lecture 1*", "Lecture 1"),
        ("*Lecture 1*", "*Lecture 99*"),
        ("### bias", "### activation"),
        ("The number added to the weighted inputs.", "A number."),
    ],
)
def test_faults_of_a_glossary_are_seen(old, new):
    assert old in GOOD
    assert list(glossary_faults(GOOD.replace(old, new)))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_links_words_of_the_glossary_once_each(path):
    glossary = entries(GLOSSARY.read_text(encoding="utf-8"))
    known = {github_anchor(entry["term"]) for entry in glossary}
    links = [anchor for _, anchor in LINK.findall(path.read_text(encoding="utf-8"))]
    assert set(links) <= known
    assert sorted(links) == sorted(set(links)), "link the first use only"
    assert len(links) <= MOST_LINKS, "more links than a reader can ignore"


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_paper_cited_is_in_the_references(path):
    listed = set(CITED.findall(REFERENCES.read_text(encoding="utf-8")))
    cited = set(CITED.findall(path.read_text(encoding="utf-8")))
    assert cited <= listed, "add them to site/references.md"
    assert len(listed) > 10

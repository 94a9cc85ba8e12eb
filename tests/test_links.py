"""Links between the files of the project lead somewhere."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "site").rglob("*.md")),
    *sorted((ROOT / "lectures").glob("*.ipynb")),
    *sorted((ROOT / "solutions").glob("*/*.ipynb")),
]
LINK = re.compile(
    r"""!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)"""  # [text](target "title")
    r"""|<(?:a|img)\b[^>]*?\b(?:href|src)=["']([^"']+)["']"""
    r"""|^\s*\[[^\]]+\]:\s*(\S+)""",  # [name]: target
    re.MULTILINE,
)
ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def prose(path: Path) -> str:
    """Return the Markdown of a page or a notebook without its code blocks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        text = "\n\n".join(texts)
    text = re.sub(r"^(```+|~~~+).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def targets(text: str) -> list[str]:
    return [next(filter(None, groups)) for groups in LINK.findall(text)]


def anchors(path: Path) -> set[str]:
    """Return the names that a link can point to, as GitHub and Jupyter make them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = prose(path)
    found = set(re.findall(r"""\b(?:id|name)=["']([^"']+)["']""", text))
    found |= set(re.findall(r"^\(([\w-]+)\)=", text, re.MULTILINE))
    for title in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, re.MULTILINE):
        plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", title)
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
        found.add(plain.replace(" ", "-"))
    return found


def broken(path: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    bad = []
    for target in targets(prose(path)):
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = unquote(target).partition("#")
        place = (path.parent / name) if name else path
        missing = not place.exists() or not place.resolve().is_relative_to(ROOT)
        lost = anchor and place.suffix in (".md", ".ipynb")
        if missing or (lost and anchor not in anchors(place)):
            bad.append(target)
    return bad


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_resolve(page):
    assert broken(page) == []


def test_broken_links_are_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "b.md").write_text("# A title, here\n")
    page = tmp_path / "a.md"
    page.write_text(
        "[ok](b.md) [ok](b.md#a-title-here) [web](https://example.org/x)\n"
        "![no](missing.svg) [no](b.md#nowhere) <a href='gone.html'>x</a>\n"
        "[no]: lost.md\n[out](../../etc/x)\n```\n[code](not_a_link.md)\n```\n"
    )
    assert broken(page) == [
        "missing.svg",
        "b.md#nowhere",
        "gone.html",
        "lost.md",
        "../../etc/x",
    ]

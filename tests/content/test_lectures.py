"""Every lecture source keeps the promises of docs/authoring-lectures.md.

Each check is a function from a lecture to a list of complaints. One test runs all of
them over all lectures; others feed each check a broken lecture, to prove that it sees.
"""

import ast
import importlib
import inspect
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[2]
LECTURES = ROOT / "content" / "lectures"
SOURCES = sorted(LECTURES.glob("[0-9][0-9]_*.py"))
START = "00_start_here"

LONGEST_CELL = 15
SHORTEST_ALT = 30
CHECKED_CELLS = 8
WORDS = (1200, 2000)
CODE_LINES = (60, 125)
MOST_CELLS = 50
LONGER = {"09_optimizers": 1.6}  # a third of the syllabus, read in two sittings

OBJECTIVES = "You will be able to"
NOT_PROSE = (
    r"<details>(?s:.*?)</details>|^```(?s:.*?)^```"  # answers; code
    r"|\$\$[^$]*\$\$|\$[^$]*\$|^\|.*$"  # formulas; tables
)
CLOSING = ["Common mistakes", "Summary", "Quiz", "Assignment and reading"]


@dataclass(frozen=True)
class Lecture:
    """A lecture source as cells of (kind, text, tags)."""

    name: str
    cells: tuple

    @property
    def prose(self):
        return "\n\n".join(text for kind, text, _ in self.cells if kind == "markdown")

    @property
    def code(self):
        return [(text, tags) for kind, text, tags in self.cells if kind == "code"]

    @property
    def is_start(self):
        return self.name == START

    @property
    def is_draft(self):
        """Made by `nncourse new` and not finished: its size is not asked for."""
        return "**Draft.**" in self.cells[0][1]

    def calls(self):
        """Every call in the code, with the name that is called."""
        for text, _ in self.code:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call):
                    target = node.func
                    yield getattr(target, "attr", getattr(target, "id", "")), node


def parse(name, source):
    notebook = jupytext.reads(source, fmt="py:percent")
    return Lecture(
        name,
        tuple(
            (cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ())))
            for cell in notebook.cells
        ),
    )


def read(path):
    return parse(path.stem, path.read_text(encoding="utf-8"))


def headings(lecture):
    """(level, text) of each heading, outside fenced code."""
    prose = re.sub(r"^```.*?^```", "", lecture.prose, flags=re.M | re.S)
    found = re.findall(r"^(#{1,6}) +(.+?) *$", prose, flags=re.M)
    return [(len(marks), text) for marks, text in found]


def check_headings(lecture):
    """One title that carries the number, no level skipped, sections counted up."""
    heads, number = headings(lecture), int(lecture.name[:2])
    if not heads or heads[0][0] != 1 or not heads[0][1].startswith(f"{number}. "):
        yield f"the first heading must be '# {number}. ...'"
    if sum(level == 1 for level, _ in heads) != 1:
        yield "there must be exactly one title"
    for (before, _), (level, text) in itertools.pairwise(heads):
        if level > before + 1:
            yield f"heading {text!r} skips a level"
    for kind, pattern in [
        ("section", rf"^{number}\.(\d+) "),
        ("exercise", rf"^Exercise {number}\.(\d+)\b"),
    ]:
        counts = [int(m[1]) for _, t in heads if (m := re.match(pattern, t))]
        if counts != list(range(1, len(counts) + 1)):
            yield f"{kind} numbers are {counts}, expected 1, 2, 3, ..."
    if not lecture.is_start:
        titles = [text for level, text in heads if level == 2]
        if titles[-len(CLOSING) :] != CLOSING:
            yield f"the last sections must be {CLOSING}, got {titles[-4:]}"


def check_objectives(lecture):
    """The second cell lists three to six objectives that start with a verb."""
    text = lecture.cells[1][1]
    bullets = re.findall(r"^- (.*)$", text, flags=re.M)
    if not text.startswith(f"## {OBJECTIVES}"):
        yield f"the second cell must be '## {OBJECTIVES}'"
    elif not 3 <= len(bullets) <= 6:
        yield f"{len(bullets)} objectives, expected 3 to 6"
    for bullet in bullets:
        if not re.match(r"\*\*[a-z]+\*\*", bullet):
            yield f"objective {bullet[:30]!r} must start with a verb in bold"
    for promise in ("Time: about", "You need:"):
        if promise not in lecture.cells[0][1]:
            yield f"the first cell must say {promise!r}"


def check_alt(lecture):
    """Figures go through show, each with its own alt text; explorers have a twin."""
    seen = set()
    for name, call in lecture.calls():
        if name == "show":
            given = {key.arg: key.value for key in call.keywords}
            alt = given.get("alt")
            text = alt.value if isinstance(alt, ast.Constant) else None
            if not isinstance(text, str) or len(text) < SHORTEST_ALT:
                yield f"line {call.lineno}: show without a text alt=..."
            elif text in seen:
                yield f"two figures have the alt text {text[:40]!r}"
            seen.add(text)
        if name in ("figure", "subplots", "imshow", "display", "interact"):
            yield f"{name} in a lecture: draw in nnlib.viz, display with show"
    for text in re.findall(r"!\[(.*?)\]\(", lecture.prose):
        if len(text) < SHORTEST_ALT:
            yield f"image with alt text {text!r}: say what one should see"


def check_explorers(lecture):
    """An explorer stands alone in its cell; the next code cell is its static twin."""
    for i, (text, tags) in enumerate(lecture.code):
        if not re.search(r"\bexplore_\w+\(", text):
            continue
        following = lecture.code[i + 1][0] if i + 1 < len(lecture.code) else ""
        if not re.fullmatch(r"[\w.]*explore_\w+\(.*\)", text.strip(), flags=re.S):
            yield f"{text.strip()!r}: an explorer has its cell for itself"
        if not following.startswith("show("):
            yield f"{text.strip()!r} has no static twin in the next code cell"
        if tags:
            yield f"{text.strip()!r} is tagged; its output is a widget"


def check_answers(lecture):
    """Each Think! and each exercise is followed by its folded answer."""
    pieces = re.split(r"(?=^> \*\*Think!\*\*|^#+ )", lecture.prose, flags=re.M)
    for piece in pieces:
        first = piece.split("\n", 1)[0]
        for start, label in [("> **Think!**", "Answer"), ("### Exercise", "Solution")]:
            if not first.startswith(start):
                continue
            pattern = rf"<details><summary>{label}</summary>(.*?)</details>"
            answer = re.search(pattern, piece, flags=re.S)
            if answer is None or len(answer[1].split()) < 5:
                yield f"{first[:50]!r} has no folded {label.lower()}"
    if lecture.prose.count("<details>") != lecture.prose.count("</details>"):
        yield "<details> and </details> do not match"
    if not lecture.is_start and "> **Think!**" not in lecture.prose:
        yield "no Think! question"


def check_exercises(lecture):
    """Each exercise has a stub that raises, then a Rubric that checks it."""
    numbers = re.findall(r"^### Exercise ([\d.]+)", lecture.prose, flags=re.M)
    code = "\n".join(text for text, _ in lecture.code)
    if not lecture.is_start and len(numbers) < 2:
        yield f"{len(numbers)} exercises, expected 2 or 3"
    for number in numbers:
        if f'raise NotImplementedError("Exercise {number}:' not in code:
            yield f"exercise {number} has no stub that raises NotImplementedError"
    rubrics = sum(name == "Rubric" for name, _ in lecture.calls())
    if rubrics < len(numbers):
        yield f"{len(numbers)} exercises but {rubrics} checks"


def check_code(lecture):
    """Short cells, enough checked ones, and nothing that ages or leaks."""
    for text, tags in lecture.code:
        lines = text.strip().splitlines()
        if len(lines) > LONGEST_CELL:
            yield f"a cell of {len(lines)} lines, starting {lines[0]!r}"
        if "nbval-check-output" in tags and re.search(r"\bshow\(", text):
            yield f"a checked cell shows a figure: {lines[0]!r}"
        for pattern, remedy in FORBIDDEN.items():
            if re.search(pattern, text, flags=re.M):
                yield f"{pattern!r} in {lines[0]!r}: {remedy}"
    checked = sum("nbval-check-output" in tags for _, tags in lecture.code)
    if not (lecture.is_start or lecture.is_draft) and checked < CHECKED_CELLS:
        yield f"{checked} checked cells, expected {CHECKED_CELLS} or more"


FORBIDDEN = {
    r"np\.random\.(seed|rand|randn|normal|uniform)\b": "pass a Generator around",
    r"default_rng\(\)": "give the generator a seed",
    r";\s*$": "nbval cannot take a trailing semicolon",
    r"^\s*[!%]": "no magics, no shell",
    r"import \*": "import names",
    r"^(import|from) (?!numpy|nnlib|importlib|sys|functools|itertools|math|time)": (
        "lectures import NumPy, nnlib and a little of the standard library"
    ),
    r"https?://": "no network at run time",
}


def check_links(lecture):
    """Links to lectures and files lead somewhere; the map knows every lecture."""
    for target in re.findall(r"\]\(([^)\s]+)\)", lecture.prose):
        if re.match(r"(https|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        if path.endswith(".ipynb") and "/" not in path:
            file = LECTURES / path.replace(".ipynb", ".py")
        else:
            file = ROOT / "lectures" / path
        if path and not file.resolve().is_file():
            yield f"link to {target}, which does not exist"
        elif anchor and slug(anchor) not in anchors(file if path else lecture):
            yield f"link to {target}: no such heading"
    for name in re.findall(r"assignment \*\*(\w+)\*\*", lecture.prose):
        if not (ROOT / "content" / "assignments" / name / "notebook.py").is_file():
            yield f"there is no assignment {name}"
    if not lecture.is_start and "doi.org" not in lecture.prose:
        yield "no reference with a DOI"


def anchors(where):
    lecture = where if isinstance(where, Lecture) else None
    if lecture is None and where.suffix == ".py":
        lecture = read(where)
    if lecture is not None:
        return {slug(text) for _, text in headings(lecture)}
    text = where.read_text(encoding="utf-8")
    titles = re.findall(r"^(?:#+ +|\()(.+?)\)?=?$", text, flags=re.M)
    return {slug(t) for t in titles} | set(re.findall(r'<a id="([^"]+)"', text))


def slug(text):
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


def notation_rows(lecture):
    """(name in code, function) of each row of a notation table."""
    tables = re.findall(
        r"^\| symbol \|.*?(?=\n\n|\Z)", lecture.prose, flags=re.M | re.S
    )
    for table in tables:
        header, _, *rows = table.splitlines()
        columns = [cell.strip() for cell in header.strip("|").split("|")]
        if not {"in code", "argument of"} <= set(columns):
            yield None, f"a notation table has the columns {columns}"
            continue
        for row in rows:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))]
            named = dict(zip(columns, cells, strict=False))
            yield named["in code"].strip("`"), named["argument of"].strip("`")


def check_notation(lecture):
    """Names in the notation tables are argument names of the functions named there."""
    rows = list(notation_rows(lecture))
    if len(rows) < 3:
        yield f"a notation table of {len(rows)} rows, expected 3 or more"
    for name, function in rows:
        if name is None:
            yield function
        elif function != "-":
            module, _, attribute = function.rpartition(".")
            try:
                target = getattr(importlib.import_module(module), attribute)
            except (ImportError, AttributeError, ValueError):
                yield f"notation names {function}, which does not exist"
                continue
            if name not in inspect.signature(target).parameters:
                yield f"{function} has no argument {name}"


def words(prose):
    """Words to read: not those of folded answers, code, formulas and tables."""
    rest = re.sub(NOT_PROSE, " ", prose, flags=re.M)
    return sum(bool(re.search(r"\w", token)) for token in rest.split())


def code_lines(text):
    """Lines of a cell to read: not blank, not in a call of show, not of a check."""
    if "Rubric(" in text:
        return 0
    shown = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show":
            shown.update(range(node.lineno, node.end_lineno + 1))
    numbered = enumerate(text.splitlines(), start=1)
    return sum(bool(line.strip()) and number not in shown for number, line in numbered)


def check_size(lecture):
    """As long as a lecture of an hour, no longer."""
    if lecture.is_start:
        return
    lines = sum(code_lines(text) for text, _ in lecture.code)
    stretch = LONGER.get(lecture.name, 1)
    for what, count, (low, high) in [
        ("words", words(lecture.prose), WORDS),
        ("lines of code", lines, CODE_LINES),
        ("cells", len(lecture.cells), (0, MOST_CELLS)),
    ]:
        if not (lecture.is_draft or low <= count) or count > stretch * high:
            yield f"{count} {what}, expected {low} to {stretch * high:g}"


CHECKS = [
    check_headings,
    check_objectives,
    check_alt,
    check_explorers,
    check_answers,
    check_exercises,
    check_code,
    check_links,
    check_notation,
    check_size,
]


def test_there_are_lectures():
    assert [path.stem for path in SOURCES][:2] == [START, "01_neurons"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_lecture(path, check):
    assert not list(check(read(path)))


def test_the_start_page_links_every_lecture():
    prose = read(LECTURES / f"{START}.py").prose
    missing = [p.stem for p in SOURCES[1:] if f"({p.stem}.ipynb)" not in prose]
    assert not missing, "add them to the map of lectures in 00_start_here.py"


def test_the_start_page_names_every_assignment_beside_its_lecture():
    prose = read(LECTURES / f"{START}.py").prose
    rows = re.findall(r"^\| (\d+) \| .+ \| `(a\d\d_\w+)` \|$", prose, flags=re.M)
    folders = (ROOT / "content" / "assignments").glob("a[0-9][0-9]_*")
    assert [name for _, name in rows] == sorted(folder.name for folder in folders)
    assert all(int(number) == int(name[1:3]) for number, name in rows)


BROKEN = [
    (check_headings, "# 1. Neurons and", "# Neurons and"),
    (check_headings, "## 1.3 ", "## 1.4 "),
    (check_headings, "### Exercise 1.1", "#### Exercise 1.1"),
    (check_headings, "## Quiz\n", ""),
    (check_objectives, "## You will be able to", "## Goals"),
    (check_objectives, "- **compute** the", "- compute the"),
    (check_alt, 'alt="A neuron:', 'title="A neuron:'),
    (check_alt, "neurons.quiz()", "show(neurons.slope_family(), alt='a plot')"),
    (check_alt, "neurons.quiz()", "plt.subplots()"),
    (check_explorers, "neurons.explore_neuron()", "x = neurons.explore_neuron()"),
    (
        check_explorers,
        "show(\n    neurons.neuron_map(",
        "print(\n    neurons.neuron_map(",
    ),
    (check_answers, "<details><summary>Answer</summary>", "<details>"),
    (check_answers, "<details><summary>Solution</summary>", "<details>"),
    (check_answers, "</details>", "", 1),
    (check_exercises, 'raise NotImplementedError("Exercise 1.1:', 'return print("'),
    (check_exercises, "Rubric(points=2)", "Record(points=2)"),
    (check_code, "neurons.quiz()\n", "x = 1\n" * 16),
    (check_code, 'tags=["nbval-check-output"]', "", 99),
    (check_code, "default_rng(1)", "default_rng()"),
    (check_code, "import numpy as np", "import torch"),
    (check_links, "(00_start_here.ipynb)", "(00_begin.ipynb)"),
    (check_links, "assignment **a01_neurons**", "assignment **a99_none**"),
    (check_notation, "| `x` |", "| `inputs` |"),
    (check_notation, "`nnlib.linear.linear`", "`nnlib.linear.affine`"),
    (check_notation, "| argument of |", "| used by |"),
    (check_size, "*What to see.*", "word " * 2000, 1),
    (check_size, "neurons.quiz()\n", "x = 1\n" * 70),
    (check_size, "neurons.quiz()\n", "# %%\n1\n" * 20),
]


@pytest.mark.parametrize(
    ("check", "old", "new", "count"),
    [(*case, 1)[:4] if len(case) == 3 else case for case in BROKEN],
    ids=[f"{case[0].__name__}-{case[1][:20].strip()}" for case in BROKEN],
)
def test_a_broken_lecture_is_seen(check, old, new, count):
    source = (LECTURES / "01_neurons.py").read_text(encoding="utf-8")
    assert old in source
    broken = parse("01_neurons", source.replace(old, new, count))
    assert list(check(broken))


def test_size_counts_what_a_reader_reads():
    prose = """Two words of $f(x) = 1$ and

| a | table |

<details><summary>Answer</summary>

many folded words
</details>

```python
code = 1
```
and **five** more - words here.
"""
    assert words(prose) == 9
    assert code_lines("x = 1\n\nshow(\n    f(x),\n    alt='a'\n)\ny = 2") == 2
    assert code_lines("r = Rubric(points=1)\nx = 1") == 0

"""Similar answers are found under new names, and independent ones are not."""

import ast
import itertools
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

from autograder.feedback.proof import load_alternatives
from autograder.feedback.rehearsal import Rehearsal
from autograder.reports.origins import Origins, library_functions
from autograder.reports.page import render
from autograder.reports.records import Record, Task
from autograder.reports.similarity import (
    MIN_TOKENS,
    THRESHOLD,
    similar_pairs,
    tokens_of,
)
from autograder.reports.summary import summarise

ROOT = Path(__file__).parents[2]
STUB = 'def f(X, w, steps):\n    """Return the path."""\n    # YOUR CODE HERE'
ORIGINAL = '''def f(X, w, steps):
    """Return the path."""
    path = [w]
    for step in range(steps):
        gradient = X.T @ (X @ path[-1]) / len(X)
        path.append(path[-1] - 0.1 * gradient)
    return np.array(path)'''
RENAMED = '''def f(X, w, steps):
    """Return the path."""
    # my own work
    way = [w]
    for k in range( steps ):

        g = X.T @ (X @ way[-1]) / len(X)   # slope
        way.append(way[-1] - 0.1 * g)
    return np.array(way)'''
OTHER = '''def f(X, w, steps):
    """Return the path."""
    table = np.empty((steps + 1, len(w)))
    table[0] = w
    for t in range(1, steps + 1):
        hessian = np.einsum("ni,nj->ij", X, X) / X.shape[0]
        table[t] = table[t - 1] - 0.1 * hessian.dot(table[t - 1])
    return table'''


def test_names_comments_layout_and_the_release_do_not_count():
    assert tokens_of(ORIGINAL, STUB) == tokens_of(RENAMED, STUB)
    assert "f" not in tokens_of(ORIGINAL, STUB)
    assert tokens_of("def f(:\n  '''", "") == ()


def test_a_copy_under_other_names_is_found_and_other_work_is_not():
    work = {"s001": {"t": ORIGINAL}, "s002": {"t": OTHER}, "s003": {"t": RENAMED}}
    (pair,) = similar_pairs(work, {"t": STUB})
    assert (pair.first, pair.second, pair.cells) == ("s001", "s003", {"t": 1.0})


def test_small_changes_hide_nothing():
    changed = RENAMED.replace("0.1 * g", "g * 0.1").replace("len(X)", "X.shape[0]")
    work = {"s001": {"t": ORIGINAL}, "s002": {"t": changed}}
    (pair,) = similar_pairs(work, {"t": STUB})
    assert THRESHOLD <= pair.cells["t"] < 1


def test_what_many_have_is_usual():
    work = {f"s{n:03d}": {"t": ORIGINAL} for n in range(10)}
    assert similar_pairs(work, {"t": STUB}) == []


def test_short_answers_are_not_compared():
    assert len(tokens_of("return X @ w + b")) < MIN_TOKENS
    work = {"s001": {"t": "return X @ w"}, "s002": {"t": "return X @ w"}}
    assert similar_pairs(work, {}) == []


def test_copies_of_the_solution_and_of_the_library_are_found():
    name, text = max(library_functions(), key=lambda item: len(tokens_of(item[1])))
    others = {"the instructor's solution": {"t": RENAMED}, name: {"u": text}}
    work = {"s001": {"t": ORIGINAL}, "s002": {"u": text}, "s003": {"t": OTHER}}
    found = {(p.first, p.second) for p in similar_pairs(work, {"t": STUB}, others)}
    assert found == {("s001", "the instructor's solution"), ("s002", name)}


def test_pairs_with_more_cells_come_first():
    work = {
        "s001": {"t": ORIGINAL, "u": ORIGINAL},
        "s002": {"t": RENAMED, "u": RENAMED},
        "s003": {"t": OTHER},
        "s004": {"t": OTHER},
    }
    first, second = similar_pairs(work, {"t": STUB, "u": STUB})
    assert list(first.cells) == ["t", "u"] and list(second.cells) == ["t"]


def independent_pairs():
    """Yield the similarity of right solutions that were written independently."""
    for folder in sorted((ROOT / "content" / "assignments").glob("a*")):
        rehearsal = Rehearsal(folder)
        path = ROOT / "tests" / "assignments" / f"alternatives_{folder.name[:3]}.py"
        code = {
            node.name: ast.unparse(node)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        for task, solutions in load_alternatives(ROOT, folder.name).items():
            texts = [code[s.__name__] for s in solutions if s.__name__ in code]
            tokens = map(tokens_of, [*texts, rehearsal.source(task)])
            long_enough = [t for t in tokens if len(t) >= MIN_TOKENS]
            for one, other in itertools.combinations(long_enough, 2):
                yield Indel.normalized_similarity(one, other)


def test_independent_right_solutions_give_few_false_alarms():
    found = list(independent_pairs())
    alarms = sum(value >= THRESHOLD for value in found)
    print(f"{alarms} of {len(found)} independent pairs are similar by {THRESHOLD}")
    assert len(found) > 250
    assert alarms <= 0.01 * len(found)


@pytest.mark.timeout(60)
def test_a_class_of_two_thousand_is_compared_in_time():
    lines = ["total += X[:, {0}] @ w", "path.append(w * {0})", "w = np.sin(w) - {0}"]
    work = {}
    for n in range(2000):
        body = [lines[(n + n // 3**k) % 3].format(n % (5 + k)) for k in range(7)]
        work[f"s{n:04d}"] = {c: "\n".join([c, *body, *body[:2]]) for c in "tuvw"}
    assert len({tokens_of(w["t"]) for w in work.values()}) > 200
    assert len(similar_pairs(work, {})) <= 100


def test_the_page_shows_both_side_by_side_and_gives_no_verdict():
    records = [
        Record(student, submitted=True, graded=True, sources={"a/t": text})
        for student, text in (("s001", ORIGINAL), ("s002", RENAMED.replace("0.1", "<")))
    ]
    records[1].sources["a/t"] = RENAMED.replace("# slope", "# <slope>")
    report = summarise("a", [Task("a/t", 2.0)], records, Origins({"a/t": STUB}))
    (pair,) = report["similar"]
    assert pair["cells"][0]["texts"][0] == ORIGINAL
    page = render([report], "course")
    assert "s001 and s002: 1 cell" in page and "# &lt;slope&gt;" in page
    assert "look at both" in page

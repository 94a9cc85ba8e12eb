"""The attacks are real: stock nbgrader gives them points and tells them secrets.

Only attacks that do no harm outside of a sandbox are tried.
"""

import json
import sys

import pytest
from attack_course import Run, command, make_course
from attack_list import hand_in_attack

HARMLESS = ("forging-ast_transformer", "forging-input_transformer", "metadata-skipped")
READER = "leaks-parents"


@pytest.fixture(scope="module")
def by_stock_nbgrader(sealed, tmp_path_factory):
    """A few of the attackers, graded without `harden`."""
    root = tmp_path_factory.mktemp("stock") / "course"
    released = make_course(root, sealed)
    config = root / "nbgrader_config.py"
    lines = [line for line in config.read_text().splitlines() if "harden" not in line]
    config.write_text("\n".join(lines) + "\nc.Execute.timeout = 30\n")
    for student in (*HARMLESS, READER):
        hand_in_attack(root, student, released)
    words = [sys.executable, "-m", "nbgrader", "autograde", "ps1"]
    command(root, words)
    return Run(root, sealed, root)


@pytest.mark.slow
def test_stock_nbgrader_gives_points_for_nothing(by_stock_nbgrader):
    for student in HARMLESS:
        points = by_stock_nbgrader.points[student]
        earned = sum(points[name] or 0.0 for name in points if "test" in name)
        assert earned >= 3.0, (student, points)


@pytest.mark.slow
def test_stock_nbgrader_tells_secrets(by_stock_nbgrader):
    text = json.dumps(by_stock_nbgrader.graded(READER).cells[0].outputs)
    told = by_stock_nbgrader.secrets.found_in(text)
    kinds = {line.split(":")[0] for line in told}
    assert {"hidden", "solution", "rubric", "config"} <= kinds

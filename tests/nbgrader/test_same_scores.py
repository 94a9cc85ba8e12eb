"""For honest work the hardened road gives nbgrader's own scores, cell by cell."""

import nbformat
import pytest

TWO_LINES = "from autograder.nbgrader import harden\nharden(c)\n"


@pytest.fixture(scope="module")
def both(demonstration, tmp_path_factory):
    root = tmp_path_factory.mktemp("both")
    stock = demonstration.copy(root / "stock")
    hardened = demonstration.copy(root / "hardened", TWO_LINES)
    stock.run("autograde", "ps1")
    hardened.run_command("autograde", "ps1")  # as a TA would
    return stock, hardened


def test_the_demonstration_course_has_the_same_scores(both):
    stock, hardened = both
    assert len(stock.scores()) == 18
    assert hardened.scores() == stock.scores()


def test_it_was_graded_in_the_sandbox(both):
    for student in ("bitdiddle", "hacker"):
        report = both[1].graded(student, "problem1").metadata.nncourse.report
        assert report.unsafe is False
        assert report.seconds > 0


def test_outputs_of_students_are_the_same_but_for_tracebacks(both):
    def outputs(course, student):
        return [
            [
                {
                    k: v
                    for k, v in out.items()
                    if k not in ("traceback", "execution_count")
                }
                for out in cell.outputs
            ]
            for cell in course.graded(student, "problem1").cells
            if cell.cell_type == "code"
        ]

    for student in ("bitdiddle", "hacker"):
        assert outputs(both[1], student) == outputs(both[0], student)


def test_feedback_works_on_it(both):
    hardened = both[1]
    hardened.run("generate_feedback", "ps1")
    page = hardened.feedback("bitdiddle", "problem1")
    assert "HIDDEN TESTS" not in page
    assert "<strong>1.5</strong> of 10 points" in page
    nbformat.validate(hardened.graded("hacker", "problem2"))

"""nbgrader's settings for this course: run its commands from this folder.

Instructor versions lie in ``solutions/``; everything that is generated or collected
goes under ``course/``, which git ignores.
"""

from pathlib import Path

from autograder.nbgrader import harden

c = get_config()  # noqa: F821  (the one of the application that reads this file)
harden(c)  # students' code runs in a sandbox, tests stay out of its reach

root = Path(__file__).resolve().parent
(root / "course").mkdir(exist_ok=True)

c.CourseDirectory.course_id = "nncourse"
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'course' / 'gradebook.db'}"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course/release"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.autograded_directory = "course/autograded"
c.CourseDirectory.feedback_directory = "course/feedback"
c.CourseDirectory.solution_directory = "course/solution"
c.Grade.results_directory = "course/results"
c.Report.directory = "course/reports"
c.Exchange.root = str(root / "course" / "exchange")

# Every task ends with an error of its own, which names it.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}

# Checks of an assignment may take a while on slow machines.
c.Execute.timeout = 60

# Late work is shown in the class report; from 0 up, what each begun day costs.
c.AssignLatePenalties.plugin_class = "autograder.reports.late.LateDays"
c.LateDays.percent_per_day = 0.0

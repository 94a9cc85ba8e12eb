"""nbgrader's settings wherever this course is installed; a course's own come on top.

Validate, the button and the command, enforces the imports that an assignment allows.
"""

from contextlib import suppress

c = get_config()  # noqa: F821  (the one of the application that reads this file)
c.Execute.timeout = 60  # seconds a cell, as the course grades

with suppress(ImportError):  # another Python's nbgrader may read this file, too
    from autograder.checking.validate import guard_validation

    guard_validation()

"""A student's own check before handing in: an ordinary kernel, the visible tests.

Nothing here protects against anybody, and nothing needs more than the extra `lab`, on
Linux, macOS and Windows. What the assignment does not allow is refused all the same, so
that what passes at home passes in grading.
"""

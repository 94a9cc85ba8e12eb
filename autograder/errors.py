"""The errors that a user can mend, told in one line each."""


class CourseError(Exception):
    """Something in the course or on the command line is wrong and can be mended.

    Its text says what came, what was expected and what to do; the command line prints
    it without a traceback. Rooms derive their own kinds of error from it.
    """

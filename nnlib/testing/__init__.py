"""Tools that check a solution and explain what is wrong with it.

The same functions serve three places: the visible checks of an assignment, its hidden
checks, and the tests of this library. They need NumPy alone.

    assert_close        compare two arrays; say what differs and what it resembles
    numerical_gradient  central differences of one function
    check_gradient      a backward pass against central differences, random cotangent
    Rubric              the named, weighted checks of one test cell
    source_of           the text of the cell that defines a function or class

The gradient check is derived in lecture 3.
"""

from nnlib.testing.close import assert_close
from nnlib.testing.gradients import check_gradient, numerical_gradient
from nnlib.testing.rubric import MIME_TYPE, SCHEMA_VERSION, Rubric
from nnlib.testing.source import source_of

__all__ = [
    "MIME_TYPE",
    "SCHEMA_VERSION",
    "Rubric",
    "assert_close",
    "check_gradient",
    "numerical_gradient",
    "source_of",
]

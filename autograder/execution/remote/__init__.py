"""A student's functions and objects as a test cell sees them.

A ``Link`` is the trusted end of one session. What a student's name is bound to arrives
as a copy (numbers, text, arrays, containers) or as a stand-in that sends each use to
the student's process. See docs/remote-objects.md.
"""

from autograder.execution.remote.errors import (
    RemoteError,
    RemoteTimeout,
    StudentGone,
)
from autograder.execution.remote.link import Link
from autograder.execution.remote.proxies import (
    RemoteClass,
    RemoteFunction,
    RemoteObject,
    is_remote,
)

__all__ = [
    "Link",
    "RemoteClass",
    "RemoteError",
    "RemoteFunction",
    "RemoteObject",
    "RemoteTimeout",
    "StudentGone",
    "is_remote",
]

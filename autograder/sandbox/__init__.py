"""Runs untrusted Python in a bubblewrap sandbox, one forked process a submission."""

from autograder.sandbox.collector import Output
from autograder.sandbox.errors import (
    CallTimeout,
    PolicyError,
    SandboxError,
    SandboxUnavailable,
    SessionDied,
)
from autograder.sandbox.policy import Limits, Policy
from autograder.sandbox.probe import Availability, probe
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.session import CellResult, Session

__all__ = [
    "Availability",
    "CallTimeout",
    "CellResult",
    "Limits",
    "Output",
    "Policy",
    "PolicyError",
    "Sandbox",
    "SandboxError",
    "SandboxUnavailable",
    "Session",
    "SessionDied",
    "probe",
]

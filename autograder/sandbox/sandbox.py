"""A sandbox: a zygote and the sessions that are forked from it."""

import logging
from collections.abc import Mapping

from autograder.sandbox.errors import SandboxError
from autograder.sandbox.policy import Policy
from autograder.sandbox.session import Session
from autograder.sandbox.zygote import Ending, Zygote

_log = logging.getLogger(__name__)


class Sandbox:
    """Runs submissions one after the other, each in a process of its own.

    Use as a context manager. The zygote starts with the first session and is replaced
    whenever a submission left something behind.
    """

    def __init__(self, policy: Policy | None = None):
        self.policy = policy or Policy()
        self._zygote: Zygote | None = None
        self._session: Session | None = None
        if self.policy.unsafe:
            _log.warning(
                "UNSAFE: submissions run with limits only, without a sandbox; "
                "they can read your files and use the network"
            )

    @property
    def unsafe(self) -> bool:
        """Whether submissions run without real protection."""
        return self.policy.unsafe

    def open(self, files: Mapping[str, bytes] | None = None) -> Session:
        """Start a session, with these files in its working directory.

        Only one session lives at a time: an earlier one is closed.
        """
        if self._session is not None:
            self._session.close()
        zygote = self._ready_zygote()
        try:
            fork = zygote.fork()
        except (OSError, SandboxError):
            # Something ended the zygote between two submissions: once more, afresh.
            self._drop_zygote()
            fork = self._ready_zygote().fork()
        self._session = Session(fork, self.policy.limits, self._sweep)
        self._session.put_files(files or {})
        return self._session

    def close(self) -> None:
        """End the session and the zygote."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._drop_zygote()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ready_zygote(self) -> Zygote:
        if self._zygote is None:
            self._zygote = Zygote(self.policy)
        return self._zygote

    def _drop_zygote(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def _sweep(self, ended: bool) -> Ending:
        """End what the session left behind; replace the zygote if anything stays."""
        zygote = self._zygote
        if zygote is None:
            return Ending(False, "the sandbox was closed")
        try:
            ending = zygote.sweep(ended=ended)
        except (OSError, SandboxError, ValueError) as error:
            ending = Ending(False, f"the sandbox ended with it ({error})")
        if not ending.clean or not zygote.reusable:
            self._drop_zygote()
        return ending

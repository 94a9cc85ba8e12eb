"""The trusted side of a zygote: start, fork, sweep, end."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import weakref
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import seccomp
from autograder.sandbox.cgroup import MemoryGroup
from autograder.sandbox.errors import SandboxError, SandboxUnavailable
from autograder.sandbox.policy import MIB, Limits, Policy
from autograder.sandbox.start import (
    BubblewrapStarter,
    Descriptors,
    ProcessStarter,
    Starter,
    readable,
    remedy,
)

_running: "weakref.WeakSet[Zygote]" = weakref.WeakSet()

_START_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_END_SECONDS = 3.0
_MESSAGE_BYTES = 1 << 16


@dataclass(frozen=True)
class Ending:
    """How a submission's process ended, and whether nothing of it is left."""

    clean: bool
    reason: str
    memory: bool = False


@dataclass(frozen=True)
class Fork:
    """A submission's process: our end of its socket and a handle for signals."""

    sock: socket.socket
    pidfd: int


class Zygote:
    """A running zygote. Raises `SandboxError` when it does not do as it should."""

    pid: int
    """Its process, as seen from outside."""

    def __init__(self, policy: Policy):
        self._policy = policy
        self._stack = contextlib.ExitStack()
        self._group: MemoryGroup | None = None
        self._filter = seccomp.filter_program()
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        _running.add(self)

    @property
    def reusable(self) -> bool:
        """Whether another submission may follow after a clean sweep.

        Without the system call filter, System V objects could outlive a sweep.
        """
        return self._policy.unsafe or self._filter is not None

    def fork(self) -> Fork:
        """Start a submission's process."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            message, descriptors = self._answer()
            if message != b"forked" or len(descriptors) != 1:
                raise SandboxError(f"the zygote answered {message[:80]!r} to a fork")
        except (OSError, SandboxError):
            ours.close()
            raise
        if self._group is not None:
            self._group.reset()
        return Fork(ours, descriptors[0])

    def sweep(self, *, ended: bool) -> Ending:
        """End everything that the submission left, and say how it had ended.

        Args:
            ended: whether its process seems to have ended by itself.
        """
        self._control.send(b"collect" if ended else b"sweep")
        answer = json.loads(self._answer()[0])
        exhausted = self._group is not None and self._group.exhausted()
        reason, memory = _explain(answer, exhausted, self._policy.limits)
        return Ending(bool(answer["clean"]), reason, memory)

    def close(self) -> None:
        """End the zygote and everything in it."""
        self._stack.close()

    def abandon(self) -> None:
        """Leave the zygote to the process that this one was forked from."""
        self._abandoned = self._stack  # Kept: what it holds is not ours to remove.
        self._stack = contextlib.ExitStack()
        self._control.close()

    def _remove_group(self) -> None:
        if self._group is not None:
            self._group.remove()

    def _answer(self) -> tuple[bytes, list[int]]:
        if not readable(self._control.fileno(), _ANSWER_SECONDS):
            raise SandboxError("the zygote does not answer")
        message, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES, 1)
        if not message:
            raise SandboxError("the zygote is gone")
        return message, descriptors

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._stack.enter_context(self._control)
        # Registered before the process, so removed after its end.
        self._stack.callback(self._remove_group)
        errors = os.memfd_create("sandbox-errors")
        with theirs, os.fdopen(errors, "rb+") as log, Descriptors() as files:
            start: Starter
            if self._policy.unsafe:
                base = tempfile.TemporaryDirectory(prefix="session-")
                start = ProcessStarter(self._policy, self._stack.enter_context(base))
            else:
                start = BubblewrapStarter(self._policy, files, self._filter)
            process = subprocess.Popen(
                [*start.launcher, *start.program, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=start.variables,
                cwd="/",
                # Ctrl-C in a terminal is for the grader alone.
                start_new_session=True,
                pass_fds=(theirs.fileno(), *start.descriptors),
            )
            self._stack.callback(_end, process, self._control)
            theirs.close()
            self._control.send(json.dumps(start.config).encode())
            self._wait_until_ready(log)
            self.pid = start.main_process() or process.pid
        if not self._policy.unsafe:
            self._group = MemoryGroup.create(self.pid, self._policy.limits.memory_bytes)

    def _wait_until_ready(self, log: Any) -> None:
        answer = b""
        if readable(self._control.fileno(), _START_SECONDS):
            with contextlib.suppress(ConnectionResetError):
                answer = self._control.recv(_MESSAGE_BYTES)
        if answer == b"ready":
            return
        log.seek(0)
        said = (answer or log.read(4000)).decode("utf-8", "replace").strip()
        raise SandboxUnavailable(
            f"the sandbox did not start ({said or 'no answer'}); {remedy(said)}"
        )


def _end(process: "subprocess.Popen[bytes]", control: socket.socket) -> None:
    """Let the zygote end by itself (its socket closes), or kill it."""
    control.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _explain(
    answer: dict[str, Any], exhausted: bool, limits: Limits
) -> tuple[str, bool]:
    """Say how a process ended, and whether memory was the cause."""
    excess, status = answer["excess"], answer["status"]
    if exhausted or (excess and excess["limit"] == "memory"):
        most = limits.memory_bytes // MIB
        return f"it used more memory than the limit of {most} MiB", True
    if excess and excess["limit"] == "processes":
        return f"it started more processes than the {limits.processes} allowed", False
    if excess:
        return f"it made more files than the {limits.tmp_files} allowed", False
    if status is None:
        return "it was ended by the grader", False
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the process ended itself with exit code {code}", False
    name = signal.Signals(-code).name
    if -code == signal.SIGXCPU:
        return f"it used more processor time than {limits.cpu_seconds} s", False
    if -code == signal.SIGKILL:
        return "the process was killed (SIGKILL)", False
    return f"the process crashed ({name})", False


def _abandon_all() -> None:
    """A copy of the control socket would keep zygotes alive after their owner's end."""
    for zygote in list(_running):
        zygote.abandon()


os.register_at_fork(after_in_child=_abandon_all)

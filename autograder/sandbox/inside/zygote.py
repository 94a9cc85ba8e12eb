"""The zygote: imports everything once, then forks one process per submission.

In the sandbox it is process 1 of its own process namespace: nothing inside can stop or
kill it, and when it ends, everything else inside ends too. It ends when the control
socket closes. One submission lives at a time; before the next one the zygote kills
every other process and empties every writable directory.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from . import confine, imports
from .usage import Excess, find_excess, other_processes

_MESSAGE_BYTES = 1 << 18
_WATCH_MILLISECONDS = 50
_SWEEP_SECONDS = 3.0
_SWEEP_PAUSE = 0.001
_STATUS_TRIES = 200


class Zygote:
    """Answers ``fork``, ``sweep`` and ``collect`` on the control socket.

    ``collect`` is a sweep after a process that has ended by itself.
    """

    def __init__(self, control: socket.socket, shell: Any, config: dict[str, Any]):
        self._control = control
        self._shell = shell
        self._config = config
        self._own_namespace = bool(config["own_namespace"])
        self._child: int | None = None
        self._status: int | None = None
        self._excess: Excess | None = None
        self._fingerprint = confine.fingerprint()

    def serve(self) -> None:
        """Work until the control socket closes."""
        # What the imports left in the home must not tell the first session from others.
        self._empty_directories()
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            timeout = None if self._child is None else _WATCH_MILLISECONDS
            if not poll.poll(timeout):
                self._watch()
                continue
            message, descriptors, _, _ = socket.recv_fds(
                self._control, _MESSAGE_BYTES, 1
            )
            if not message:
                return
            if message == b"fork":
                self._fork(descriptors[0])
            else:
                if message == b"collect":
                    self._wait_for_status()
                self._control.send(json.dumps(self._sweep()).encode())

    def _fork(self, descriptor: int) -> None:
        self._status = self._excess = None
        child = os.fork()
        if child == 0:
            from .session import become_session

            sock = socket.socket(fileno=descriptor)
            become_session(sock, self._shell, self._config)
        os.close(descriptor)
        self._child = child
        handle = os.pidfd_open(child)
        socket.send_fds(self._control, [b"forked"], [handle])
        os.close(handle)

    def _watch(self) -> None:
        self._reap()
        if self._excess is None:
            self._excess = find_excess(self._config, self._others())
            if self._excess is not None:
                self._kill_others()

    def _reap(self) -> bool:
        """Collect ended processes; return whether none is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self._child:
                self._status = status

    def _wait_for_status(self) -> None:
        """Wait a moment: a dying process closes its socket before it can be reaped."""
        for _ in range(_STATUS_TRIES):
            if self._reap() or self._status is not None:
                return
            select.select([], [], [], _SWEEP_PAUSE)

    def _others(self) -> list[int]:
        return other_processes(everything=self._own_namespace)

    def _kill_others(self) -> None:
        try:
            if self._own_namespace:
                os.kill(-1, signal.SIGKILL)
                return
            for pid in self._others():
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _sweep(self) -> dict[str, Any]:
        """End everything of the submission; tell how it ended and what is left."""
        self._reap()  # what ended by itself has its own status, not ours
        ended = self._status
        rounds = int(_SWEEP_SECONDS / _SWEEP_PAUSE)
        empty = False
        while not empty and rounds:
            self._kill_others()
            empty = self._reap()
            rounds -= 1
            if not empty:
                select.select([], [], [], _SWEEP_PAUSE)
        self._child = None
        clean = empty and self._empty_directories()
        return {
            "clean": clean and confine.fingerprint() == self._fingerprint,
            "status": ended,
            "excess": self._excess,
        }

    def _empty_directories(self) -> bool:
        try:
            for directory in self._config["writable"]:
                _empty(directory, os.stat(directory).st_dev)
            Path(self._config["cwd"]).mkdir(parents=True, exist_ok=True)
        except (OSError, RecursionError):
            return False  # The zygote is replaced, and its file systems with it.
        return True


def _empty(directory: str, device: int) -> bool:
    """Delete what is in a directory, but not what is mounted there."""
    empty = True
    for entry in os.scandir(directory):
        if entry.stat(follow_symlinks=False).st_dev != device:
            empty = False
        elif not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)
        elif _empty(entry.path, device):
            os.rmdir(entry.path)
        else:
            empty = False
    return empty


def main(descriptor: int) -> None:
    """Set up the zygote on an inherited control socket and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # it would find nothing while modules are imported
    control = socket.socket(fileno=descriptor)
    config = json.loads(control.recv(_MESSAGE_BYTES))
    try:
        if config["drop_to"] is not None:
            confine.drop_user(config["drop_to"])
        confine.forbid_privileges()
        confine.set_dumpable(dumpable=False)
        if not config["own_namespace"]:
            confine.adopt_orphans()
        imports.set_search_path(config["course"], config["search"])
        Path(config["cwd"]).mkdir(parents=True, exist_ok=True)
        shell = _prepare(config["allow"])
    except Exception as error:
        control.send(f"{type(error).__name__}: {error}".encode())
        sys.exit(1)
    _silence()
    control.send(b"ready")
    Zygote(control, shell, config).serve()
    os._exit(0)  # Nobody waits for the interpreter to tidy up.


def _prepare(allow: list[str]) -> Any:
    """Import and warm up what every submission needs, and build the shell."""
    from . import session  # noqa: F401  (the fork uses it)
    from .figures import prepare_figures
    from .shell import create_shell, warm_up

    shell = create_shell()
    warm_up(shell)
    imports.guard_course(allow)
    imports.preload(allow)
    prepare_figures()
    # Objects that live for good are taken out of the collector's sight, so that its
    # marks do not unshare their pages in every child.
    gc.collect()
    gc.freeze()
    gc.enable()
    return shell


def _silence() -> None:
    """Leave descriptors 0 to 2 connected to nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)

"""What it takes to start a zygote: command, files, environment, configuration."""

import contextlib
import itertools
import json
import os
import select
import shutil
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.environment import PythonEnvironment, python_environment
from autograder.sandbox.errors import SandboxUnavailable
from autograder.sandbox.policy import Policy
from autograder.sandbox.view import KERNEL_PACKAGE, kernel_files, nnlib_view

_INFORMATION_SECONDS = 10.0
_INFORMATION_BYTES = 4096
_START_SCRIPT = "start.py"
_KERNEL = bubblewrap.KERNEL_DIRECTORY
_serials = itertools.count()

_REMEDIES = (
    ("not installed", "install the package bubblewrap (0.8 or newer)"),
    ("nknown option", "install bubblewrap 0.8 or newer"),
    (
        "namespace",
        "allow user namespaces to ordinary users (sysctl "
        "kernel.unprivileged_userns_clone=1 and user.max_user_namespaces; on Ubuntu an "
        "AppArmor profile for bwrap), or grade on a machine that has them",
    ),
    (
        "uid map",
        "let AppArmor allow user namespaces to bwrap (sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0, or a profile for it)",
    ),
    (
        "execvp",
        "put the Python environment where the grading user can read it",
    ),
    (
        "proc",
        "a container that hides /proc cannot hold a sandbox: grade outside of it, or "
        "give it the right to mount",
    ),
)
_OTHER_REMEDY = "run `nncourse doctor` to see what is missing"


def remedy(message: str = "not installed") -> str:
    """Return what to do about a message of bubblewrap."""
    for sign, advice in _REMEDIES:
        if sign in message:
            return advice
    return _OTHER_REMEDY


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until a descriptor has something to read (or has been closed)."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class Descriptors:
    """Files in memory and pipes that a program inherits; closed by the context."""

    def __init__(self) -> None:
        self.passed: list[int] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Descriptors":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def holding(self, data: bytes) -> int:
        """Return a descriptor to read ``data`` from."""
        file = self._stack.enter_context(os.fdopen(os.memfd_create("data"), "wb"))
        file.write(data)
        file.flush()
        file.seek(0)
        self.passed.append(file.fileno())
        return file.fileno()

    def pipe(self) -> tuple[int, int]:
        """Return our reading end and the program's writing end of a new pipe."""
        reader, writer = os.pipe()
        self._stack.callback(os.close, reader)
        self._stack.callback(os.close, writer)
        self.passed.append(writer)
        return reader, writer


class Starter:
    """What it takes to start a zygote; see the two kinds below."""

    launcher: list[str]
    """The command that the program and its arguments are appended to."""
    program: list[str]
    variables: dict[str, str]
    descriptors: tuple[int, ...] = ()
    config: dict[str, Any]

    def main_process(self) -> int:
        """Return the sandboxed zygote's process id outside, or 0."""
        return 0


class BubblewrapStarter(Starter):
    """Starts a zygote in a sandbox."""

    def __init__(self, policy: Policy, files: Descriptors, filter_: bytes | None):
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            raise SandboxUnavailable(f"bubblewrap is not installed; {remedy()}")
        python = python_environment(policy.hide)
        who = bubblewrap.identity(next(_serials))
        options = bubblewrap.arguments(
            python,
            policy.limits,
            who,
            {
                path: files.holding(data)
                for path, data in _contents(policy, who).items()
            },
            _variables(bubblewrap.HOME, "/tmp"),
            # The parent-death signal follows the thread that starts the process.
            die_with_parent=threading.current_thread() is threading.main_thread(),
        )
        self._information, writer = files.pipe()
        options += ["--info-fd", str(writer)]
        if filter_ is not None:
            options += ["--seccomp", str(files.holding(filter_))]
        listed = files.holding("\0".join(options).encode())
        self.launcher = [bwrap, "--args", str(listed), "--"]
        self.program = [str(python.executable), "-I", f"{_KERNEL}/{_START_SCRIPT}"]
        self.variables = {"PATH": os.defpath}
        self.descriptors = tuple(files.passed)
        self.config = _config(
            policy, python, bubblewrap.COURSE_DIRECTORY, bubblewrap.HOME
        )
        self.config["own_namespace"] = True
        self.config["drop_to"] = who.uid if who.drop else None
        self.config["writable"] = bubblewrap.WRITABLE

    def main_process(self) -> int:
        """Return the zygote's process id outside."""
        if not readable(self._information, _INFORMATION_SECONDS):
            return 0
        information = json.loads(os.read(self._information, _INFORMATION_BYTES))
        return int(information.get("child-pid", 0))


class ProcessStarter(Starter):
    """Starts a zygote as an ordinary process, with limits only."""

    def __init__(self, policy: Policy, base: str):
        home, tmp, code, course = (
            os.path.join(base, name) for name in ("home", "tmp", "kernel", "course")
        )
        for directory in (home, tmp):
            os.mkdir(directory)
        _write_files(code, kernel_files() | {_START_SCRIPT: _start_script(code)})
        _write_files(course, nnlib_view(policy.allow))
        python = python_environment(policy.hide)
        self.launcher = []
        self.program = [sys.executable, "-I", f"{code}/{_START_SCRIPT}"]
        self.variables = _variables(home, tmp)
        self.config = _config(policy, python, course, home)
        self.config["own_namespace"] = False
        self.config["drop_to"] = None
        self.config["writable"] = [home, tmp]


def _config(
    policy: Policy, python: PythonEnvironment, course: str, home: str
) -> dict[str, Any]:
    return {
        "limits": asdict(policy.limits),
        "allow": policy.allow,
        "course": course,
        "search": [str(path) for path in python.search],
        "cwd": f"{home}/{policy.cwd}",
    }


def _start_script(directory: str) -> bytes:
    """Return a script that imports the zygote from ``directory`` and runs it."""
    return (
        "import sys\n"
        f"sys.path.insert(0, {directory!r})\n"
        f"from {KERNEL_PACKAGE}.inside.zygote import main\n"
        "del sys.path[0]\n"
        "main(int(sys.argv[1]))\n"
    ).encode()


def _variables(home: str, tmp: str) -> dict[str, str]:
    """Return the whole environment: what a notebook server would give a kernel."""
    return {
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "TMPDIR": tmp,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # One thread keeps the fork safe and the processor free for other submissions.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _contents(policy: Policy, who: bubblewrap.Identity) -> dict[str, bytes]:
    """Return the small files that exist only in the sandbox."""
    entry = f"student:x:{who.uid}:{who.uid}:Student:{bubblewrap.HOME}:/bin/sh\n"
    contents = {
        "/etc/passwd": entry.encode(),
        "/etc/group": f"student:x:{who.uid}:\n".encode(),
        "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
        "/etc/hosts": b"127.0.0.1 localhost\n",
        f"{_KERNEL}/{_START_SCRIPT}": _start_script(_KERNEL),
    }
    for name, data in kernel_files().items():
        contents[f"{_KERNEL}/{name}"] = data
    for name, data in nnlib_view(policy.allow).items():
        contents[f"{bubblewrap.COURSE_DIRECTORY}/{name}"] = data
    return contents


def _write_files(directory: str, files: dict[str, bytes]) -> None:
    os.makedirs(directory)
    for name, data in files.items():
        path = Path(directory, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

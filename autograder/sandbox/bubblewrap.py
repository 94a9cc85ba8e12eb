"""The bubblewrap command around a zygote."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.environment import PythonEnvironment
from autograder.sandbox.policy import Limits

HOME = "/home/student"
WRITABLE = ("/tmp", "/dev/shm", HOME)
KERNEL_DIRECTORY = "/run/kernel"
COURSE_DIRECTORY = "/run/course"
MINIMUM_VERSION = (0, 8)

_INSIDE_ID = 1000
_ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "fonts",
    "localtime",
    "mime.types",
)


@dataclass(frozen=True)
class Identity:
    """The user that a submission runs as."""

    uid: int
    drop: bool
    """Started by root: no user namespace, the zygote changes to ``uid`` itself."""


def version() -> tuple[int, ...]:
    """Return bubblewrap's version, or () if there is none on the PATH."""
    program = shutil.which("bwrap")
    if program is None:
        return ()
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout))


def identity(serial: int) -> Identity:
    """Choose the sandbox's user.

    RLIMIT_NPROC counts processes per real user and spares root, so a sandbox that is
    started by root gets a user of its own, unlike any other sandbox's.
    """
    if os.geteuid() != 0:
        return Identity(_INSIDE_ID, drop=False)
    first, span = _spare_ids()
    return Identity(first + (os.getpid() * 64 + serial % 64) % span, drop=True)


def _spare_ids() -> tuple[int, int]:
    """Return a range of user ids that exists here and that nobody is likely to have."""
    mapped = 0
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        first, _, count = (int(word) for word in line.split())
        mapped = max(mapped, first + count)
    if mapped > 4_000_000_000:
        return 2_000_000_000, 1_000_000_000
    # In a container only some ids are mapped; keep away from the system's own.
    first = min(20_000, max(mapped - 2, 1))
    return first, max(min(mapped, 60_000) - first, 1)


def arguments(
    environment: PythonEnvironment,
    limits: Limits,
    who: Identity,
    files: Mapping[str, int],
    variables: Mapping[str, str],
    *,
    die_with_parent: bool,
) -> list[str]:
    """Return bubblewrap's options (everything before the program).

    Args:
        environment: the Python to show.
        limits: sizes of the writable file systems.
        who: see `identity`.
        files: descriptors with the contents of small files, by their path inside.
        variables: the whole environment of the program.
        die_with_parent: kill the sandbox when the calling thread ends.
    """
    options = _namespaces(who)
    if die_with_parent:
        options.append("--die-with-parent")
    options += ["--proc", "/proc", "--dev", "/dev"]
    mounts, read_only = _mounts(environment, str(limits.tmp_bytes))
    options += mounts
    for path, descriptor in sorted(files.items()):
        options += ["--perms", "0444", "--file", str(descriptor), path]
    # The file systems that bubblewrap makes are writable and of any size otherwise.
    for path in (*read_only, "/dev", "/"):
        options += ["--remount-ro", path]
    options += ["--chdir", "/", "--clearenv"]
    for name, value in variables.items():
        options += ["--setenv", name, value]
    return options


def _namespaces(who: Identity) -> list[str]:
    options = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    options += ["--unshare-cgroup-try", "--hostname", "localhost"]
    options += ["--new-session", "--as-pid-1"]
    if who.drop:
        options += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID"]
        return [*options, "--cap-add", "CAP_SETGID"]
    inside = str(who.uid)
    options += ["--unshare-user", "--disable-userns"]
    return [*options, "--uid", inside, "--gid", inside]


def _mounts(
    environment: PythonEnvironment, writable_bytes: str
) -> tuple[list[str], list[str]]:
    """Return the options for all mounts, and the paths to make read-only at the end.

    Parents come before children, so that a cover hides what lies below it and what is
    shown below a cover stays visible.
    """
    steps: list[tuple[Path, list[str]]] = []
    read_only = []
    for name in WRITABLE:
        options = ["--perms", "1777", "--size", writable_bytes, "--tmpfs", name]
        steps.append((Path(name), options))
    # Left to itself, bubblewrap may make the way to a mount passable for root only.
    ways = {way for path in environment.mounts for way in path.parents}
    for path in ways.difference(environment.mounts, {Path("/"), *map(Path, WRITABLE)}):
        steps.append((path, ["--perms", "0755", "--dir", str(path)]))
    for path in environment.mounts:
        steps.append((path, ["--ro-bind", str(path), str(path)]))
    for path in environment.covered:
        if path.is_dir():
            steps.append((path, ["--size", "4096", "--tmpfs", str(path)]))
            read_only.append(str(path))
        else:
            steps.append((path, ["--ro-bind", "/dev/null", str(path)]))
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            steps.append((path, ["--symlink", os.readlink(path), str(path)]))
        elif path.is_dir():
            steps.append((path, ["--ro-bind", str(path), str(path)]))
    for name in _ETC:
        path = Path("/etc", name)
        steps.append((path, ["--ro-bind-try", str(path), str(path)]))
    steps.sort(key=lambda step: (len(step[0].parts), step[0]))
    return [word for _, words in steps for word in words], read_only

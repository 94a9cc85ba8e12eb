"""What a process gives up before it runs anything foreign."""

import ctypes
import os
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_CPU_GRACE_SECONDS = 1

# The kernel ends processes with high values first when memory is short.
_OUT_OF_MEMORY_SCORE = "500"


def drop_user(uid: int) -> None:
    """Become an ordinary user for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # The change of user made the kernel forget it: end together with the parent.
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def set_dumpable(*, dumpable: bool) -> None:
    """Allow or forbid processes of the same user to look into this one."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable))


def adopt_orphans() -> None:
    """Become the parent of all descendants whose parent ends, as process 1 is."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def forbid_privileges() -> None:
    """No program started from here gains rights by its file's mode."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")


def limit_resources(limits: dict[str, Any], *, count_processes: bool) -> None:
    """Set this process's and its children's resource limits, for good."""
    # SIGXCPU comes at the soft limit, so that the cause is known; then the kill.
    cpu = limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + _CPU_GRACE_SECONDS))
    values = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
    }
    if count_processes:
        values[resource.RLIMIT_NPROC] = limits["processes"]
    for name, value in values.items():
        _, ceiling = resource.getrlimit(name)
        if ceiling != resource.RLIM_INFINITY:
            value = min(value, ceiling)
        resource.setrlimit(name, (value, value))


def prefer_when_out_of_memory() -> None:
    """Let the kernel end this process rather than others."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(_OUT_OF_MEMORY_SCORE)


def keep_only(descriptors: list[int]) -> None:
    """Close every descriptor above 2 except the given ones."""
    start = 3
    for descriptor in sorted(d for d in descriptors if d >= start):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def fingerprint() -> tuple[Any, ...]:
    """Return what another process of the same user could change about this one."""
    names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    rlimits = tuple(resource.getrlimit(getattr(resource, name)) for name in names)
    affinity = tuple(sorted(os.sched_getaffinity(0)))
    scheduling = (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0))
    python = os.path.exists(sys.executable)
    return rlimits, affinity, scheduling, os.getcwd(), python

"""What all processes of a submission use together, seen from the zygote."""

import os
from pathlib import Path
from typing import Any, TypedDict


class Excess(TypedDict):
    """A limit that a submission broke: ``memory``, ``processes`` or ``files``."""

    limit: str
    used: int


def other_processes(*, everything: bool) -> list[int]:
    """Return the processes besides this one.

    Args:
        everything: all of them (in a process namespace of one's own) instead of
            only this one's descendants.
    """
    own = os.getpid()
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    if everything:
        return [pid for pid in pids if pid != own]
    parents = {pid: _parent(pid) for pid in pids}
    found: set[int] = set()
    generation = {own}
    while generation:
        generation = {pid for pid in pids if parents[pid] in generation} - found
        found |= generation
    return sorted(found)


def find_excess(config: dict[str, Any], pids: list[int]) -> Excess | None:
    """Return the first limit that these processes and their files exceed."""
    limits = config["limits"]
    if len(pids) > limits["processes"]:
        return {"limit": "processes", "used": len(pids)}
    if sum(map(_resident, pids)) > limits["memory_bytes"]:
        # Pages shared since a fork were counted once for each process.
        used = sum(map(_proportional, pids))
        if used > limits["memory_bytes"]:
            return {"limit": "memory", "used": used}
    if config["own_namespace"]:
        for directory in config["writable"]:
            state = os.statvfs(directory)
            used = state.f_files - state.f_ffree
            if used > limits["tmp_files"]:
                return {"limit": "files", "used": used}
    return None


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def _resident(pid: int) -> int:
    """Memory in bytes that is not a file's, shared pages counted in full."""
    return _sum_fields(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:"))


def _proportional(pid: int) -> int:
    """Like `_resident`, each shared page divided among those who share it."""
    fields = ("Pss_Anon:", "Pss_Shmem:")
    return _sum_fields(f"/proc/{pid}/smaps_rollup", fields) or _resident(pid)


def _sum_fields(path: str, names: tuple[str, ...]) -> int:
    total = 0
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith(names):
                    total += 1024 * int(line.split()[1])
    except OSError:
        return 0
    return total

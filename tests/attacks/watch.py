"""Runs a command and tells what it left behind: `python watch.py COMMAND...`.

Becomes the parent of every orphan below it, so that nothing can slip away. The last
line of its output is JSON: the exit code, what still lives, the peak of memory.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
SECONDS_TO_END = 5.0


def living() -> dict[int, str]:
    """Return the processes below this one, with their names."""
    parents, names = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                head, _, rest = file.read().rpartition(")")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if state not in "ZX":
            parents[int(pid)], names[int(pid)] = int(parent), head.partition("(")[2]
    found = {os.getpid()}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: names[pid] for pid in found - {os.getpid()}}


def main() -> None:
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("this process cannot adopt orphans")
    started = time.monotonic()
    code = subprocess.run(sys.argv[1:], check=False).returncode
    seconds = time.monotonic() - started
    deadline = time.monotonic() + SECONDS_TO_END
    while living() and time.monotonic() < deadline:
        time.sleep(0.05)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "code": code,
                "living": living(),
                "peak_bytes": usage.ru_maxrss * 1024,
                "seconds": seconds,
            }
        )
    )


if __name__ == "__main__":
    main()

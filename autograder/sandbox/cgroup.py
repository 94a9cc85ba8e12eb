"""A memory control group around a sandbox, where the system lets us make one."""

import contextlib
import os
import secrets
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_REMOVE_SECONDS = 2.0


class MemoryGroup:
    """Limits the memory of a process and its later children, also what no process maps.

    The limit by address space does not see pages that several processes share or that
    lie in a socket's or a file system's buffers; this one does. Making a group takes
    root; without it the zygote's own accounting has to do.
    """

    def __init__(self, path: Path, *, unified: bool):
        self._path = path
        self._unified = unified
        self._seen = 0

    @classmethod
    def create(cls, pid: int, limit: int) -> "MemoryGroup | None":
        """Put a process into a new group, or return None where that is impossible."""
        if os.geteuid() != 0 or pid <= 0:
            return None
        name = f"session-{secrets.token_hex(8)}"  # It can be read inside.
        legacy = _ROOT / "memory"
        unified = not legacy.is_dir()
        group = cls((_ROOT if unified else legacy) / name, unified=unified)
        try:
            group._path.mkdir()
            group._write("memory.max" if unified else "memory.limit_in_bytes", limit)
            group._write("cgroup.procs", pid)
        except OSError:
            group.remove()
            return None
        return group

    def _write(self, file: str, value: int) -> None:
        (self._path / file).write_text(str(value), encoding="ascii")

    def _kills(self) -> int:
        file = "memory.events" if self._unified else "memory.oom_control"
        with contextlib.suppress(OSError, ValueError):
            for line in (self._path / file).read_text(encoding="ascii").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        return 0

    def reset(self) -> None:
        """Forget earlier kills."""
        self._seen = self._kills()

    def exhausted(self) -> bool:
        """Whether the kernel has killed for memory here since `reset`."""
        return self._kills() > self._seen

    def remove(self) -> None:
        """Remove the group once its processes are gone."""
        deadline = time.monotonic() + _REMOVE_SECONDS
        while self._path.is_dir() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self._path.rmdir()
                return
            time.sleep(0.01)

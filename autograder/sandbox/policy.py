"""What a submission may do: limits, the protection to use, the modules it may see."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MIB = 1024**2

Mode = Literal["bwrap", "process"]


@dataclass(frozen=True)
class Limits:
    """How much a submission may use. Times are in seconds, sizes in bytes."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 300.0
    cpu_seconds: int = 300
    """CPU time of each process of the submission, over its whole life."""
    memory_bytes: int = 2048 * MIB
    """Address space of each process, and memory of all of them together."""
    processes: int = 64
    open_files: int = 256
    file_bytes: int = 128 * MIB
    tmp_bytes: int = 256 * MIB
    """Size of each writable file system: /tmp, /dev/shm and the home directory."""
    tmp_files: int = 20_000
    output_bytes: int = 1_000_000
    """Text and other data, except images, that one cell may leave behind."""
    image_bytes: int = 8_000_000
    output_count: int = 200
    grace_seconds: float = 1.0
    """Between the interrupt at a time limit and the kill."""


@dataclass(frozen=True)
class Policy:
    """One kind of sandbox; sessions with equal policies can share a zygote."""

    limits: Limits = field(default_factory=Limits)
    mode: Mode = "bwrap"
    allow: tuple[str, ...] = ()
    """Modules of nnlib that the assignment may import, e.g. ``nnlib.data``."""
    cwd: str = "assignment"
    """Name of the directory, in the sandbox's home, that the notebook runs in."""
    hide: tuple[Path, ...] = ()
    """Directories to cover even if they lie below the Python environment or /usr."""

    @property
    def unsafe(self) -> bool:
        """Whether sessions run without real protection."""
        return self.mode != "bwrap"

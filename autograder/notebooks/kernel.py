"""A kernel of one's own for a notebook: no network, no one's settings, a sure end."""

import os
import sys
from pathlib import Path
from typing import Any

from nbclient import NotebookClient


def prepare_kernel(client: NotebookClient, folder: str) -> None:
    """Talk to the kernel through private sockets in `folder`, not over the network."""
    manager: Any = client.create_kernel_manager()
    if os.name == "posix":
        manager.transport = "ipc"
        manager.ip = str(Path(folder) / "kernel")


def kernel_environment(profile: str) -> dict[str, str]:
    """The environment's programs first on PATH, and no user's start-up scripts."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    # Small matrices: threads that wait for each other cost more than they bring.
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **threads, "PATH": path, "IPYTHONDIR": profile}


async def stop_kernel(client: NotebookClient) -> None:
    """End the kernel at once, whatever it is doing."""
    manager: Any = client.km
    if client.kc is not None:
        client.kc.stop_channels()
    if manager is not None and manager.has_kernel:
        await manager.shutdown_kernel(now=True)

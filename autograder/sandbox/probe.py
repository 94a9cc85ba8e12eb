"""Whether this machine can give the sandbox."""

import platform
import subprocess
from dataclasses import dataclass

from autograder.sandbox import bubblewrap, seccomp
from autograder.sandbox.errors import SandboxUnavailable
from autograder.sandbox.policy import Policy
from autograder.sandbox.start import BubblewrapStarter, Descriptors, remedy

_SECONDS = 20.0


@dataclass(frozen=True)
class Availability:
    """The answer of `probe`."""

    usable: bool
    reason: str
    remedy: str = ""


def probe(policy: Policy | None = None) -> Availability:
    """Try to start the sandbox around a program that does nothing."""
    if platform.system() != "Linux":
        return Availability(
            False,
            f"the sandbox needs Linux; this is {platform.system()}",
            "grade on Linux: a virtual machine, WSL 2 or a server",
        )
    found = bubblewrap.version()
    if not found:
        return Availability(False, "bubblewrap is not installed", remedy())
    if found < bubblewrap.MINIMUM_VERSION:
        name = ".".join(map(str, found))
        return Availability(False, f"bubblewrap {name} is too old", remedy())
    with Descriptors() as files:
        try:
            filter_ = seccomp.filter_program()
            start = BubblewrapStarter(policy or Policy(), files, filter_)
            answer = subprocess.run(
                [*start.launcher, "true"],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                env=start.variables,
                pass_fds=start.descriptors,
            )
        except (SandboxUnavailable, ModuleNotFoundError, OSError) as error:
            return Availability(False, str(error), remedy(str(error)))
        except subprocess.TimeoutExpired:
            return Availability(False, "bubblewrap does not answer", remedy(""))
    if answer.returncode:
        said = answer.stderr.strip() or f"bubblewrap failed ({answer.returncode})"
        return Availability(False, said, remedy(said))
    return Availability(True, f"bubblewrap {'.'.join(map(str, found))}")

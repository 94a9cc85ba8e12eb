"""Attempts to break each protection, for `nncourse doctor`.

Every attempt is the source of a cell that runs in a real sandbox. It prints ``held:``
or ``broken:`` and what it saw.
"""

from dataclasses import dataclass, field

from autograder.sandbox.session import Status


@dataclass(frozen=True)
class Attack:
    """One attempt, and what counts as having withstood it."""

    name: str
    source: str
    remedy: str
    ends: tuple[Status, ...] = ()
    """Statuses of the cell that by themselves mean that the protection held."""
    seconds: float = 5.0
    values: dict[str, object] = field(default_factory=dict)
    """Names that the source can use."""


_REINSTALL = "check that bubblewrap is genuine and not setuid, then report this"
_FILTER = "the system call filter is not active: this processor is not supported"
_LIMITS = "the kernel does not enforce resource limits here; grade on another machine"

_FILES = """
import os
seen = [path for path in hidden if os.path.exists(path)]
print("broken: sees" if seen else "held: not visible:", seen or f"{len(hidden)} places")
"""

_WRITE = """
import os
allowed = ("/tmp", "/dev/shm", os.path.expanduser("~"), "/dev/pts", "/proc")
places = {line.split()[1] for line in open("/proc/mounts")}
places |= {"/", "/etc", "/usr", "/run", os.path.dirname(os.__file__)}
written = []
for place in places:
    if place.startswith(allowed) or not os.path.isdir(place):
        continue
    try:
        with open(os.path.join(place, "written-by-doctor"), "w"):
            written.append(place)
    except OSError:
        pass
print("broken: wrote to" if written else "held: read-only:", written or sorted(places))
"""

_NETWORK = """
import socket
reached = []
for family, address in addresses:
    with socket.socket(family) as link:
        link.settimeout(0.5)
        try:
            link.connect(tuple(address) if isinstance(address, list) else address)
            reached.append(address)
        except OSError:
            pass
print("broken: reached" if reached else "held: nothing reached", reached or "")
"""

_SIGNALS = """
import os, signal
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
    try:
        os.kill(1, number)
    except OSError:
        pass
names = sorted(name for name in os.listdir("/proc") if name.isdigit())
alien = [n for n in names if int(n) not in (1, os.getpid())]
print("broken: sees" if alien else "held: sees", names)
"""

_PEEK = """
import os, ctypes
read = []
for name in ("environ", "mem", "maps", "fd/0"):
    try:
        with open(f"/proc/1/{name}", "rb") as file:
            read.append((name, len(file.read(1))))
    except OSError:
        pass
if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0:
    read.append("ptrace")
print("broken: read" if read else "held: process 1 is closed", read or "")
"""

_CRIPPLE = """
import os, resource
done = []
for name, attempt in {
    "limits": lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3)),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
    "affinity": lambda: os.sched_setaffinity(1, {0}),
}.items():
    try:
        attempt()
        done.append(name)
    except OSError:
        pass
print("broken: changed" if done else "held: refused", done or "")
"""

_PRIVILEGES = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
gained = []
if os.getuid() == 0 or libc.setuid(0) == 0:
    gained.append("root")
if libc.unshare(0x10000000) == 0:
    gained.append("user namespace")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    gained.append("mount")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
for name, wanted in (("NoNewPrivs", "1"), ("CapEff", "0" * 16), ("Seccomp", "2")):
    if status[name].strip() != wanted:
        gained.append(f"{name}={status[name].strip()}")
print("broken: has" if gained else "held: none", gained or "")
"""

_COURSE = """
import importlib, os, sys
found = []
for name in ("autograder", "nnlib.losses", "nnlib.layers"):
    try:
        importlib.import_module(name)
        found.append(name)
    except ImportError:
        pass
for place in sys.path:
    for name in ("autograder/__init__.py", "nnlib/losses.py"):
        if os.path.exists(os.path.join(place, name)):
            found.append(os.path.join(place, name))
print("broken: found" if found else "held: not there", found or "")
"""

_ENVIRONMENT = """
import os
told = [k for k, v in os.environ.items() if secret in (k, v) or "NBGRADER" in k]
print("broken: told" if told else "held: clean", told or f"({len(os.environ)} names)")
"""

_SHADOW = """
import numpy, helper
genuine = hasattr(numpy, "ndarray") and helper.VALUE == 7
print("held: own files come last" if genuine else "broken: shadowed")
"""

_SHARED_MEMORY = """
import ctypes, os
libc = ctypes.CDLL(None)
made = [name for name, made in {
    "System V": libc.shmget(4711, 4096, 0o1600) >= 0,
    "memfd": libc.memfd_create(b"x", 0) >= 0,
    "message queue": libc.mq_open(b"/x", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0,
}.items() if made]
print("broken: made" if made else "held: refused", made or "")
"""

_MEMORY = """
try:
    block = bytearray(4 * limit)
    print("broken: took", len(block))
except MemoryError:
    print("held: MemoryError")
"""

_SUM_OF_MEMORY = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        block = b"x" * (limit // 3)
        time.sleep(20)
        os._exit(0)
time.sleep(3)
left = sum(name.isdigit() for name in os.listdir("/proc")) - 2
print("held:" if left < 8 else "broken:", left, "of 8 processes live")
"""

_PROCESSES = """
import os, time
count = 0
try:
    while count < 4 * limit:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        count += 1
    print("broken: forked", count)
except OSError:
    print("held: stopped after", count)
"""

_FILL = """
import os
total = 0
try:
    for number in range(100):
        with open(f"/tmp/{number}", "wb") as file:
            for _ in range(100):
                total += file.write(b"x" * (limit // 400))
    print("broken: wrote", total)
except OSError as error:
    print("held:", error)
"""

_PROCESSOR = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
"""

_STUBBORN = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""

_FLOOD = """
for _ in range(1000):
    print("x" * 100_000)
"""


def attacks(values: dict[str, object]) -> list[Attack]:
    """Return all attempts that one session can make.

    Args:
        values: what the sources refer to: ``hidden``, ``addresses``, ``secret`` and
            the limits ``memory``, ``processes`` and ``tmp``.
    """
    memory, processes, tmp = (
        {"limit": values[name]} for name in ("memory", "processes", "tmp")
    )
    return [
        Attack("read files outside", _FILES, _REINSTALL, values=values),
        Attack("write files outside", _WRITE, _REINSTALL),
        Attack("reach the network", _NETWORK, _REINSTALL, values=values),
        Attack("see and end other processes", _SIGNALS, _REINSTALL),
        Attack("look into the zygote", _PEEK, _FILTER),
        Attack("cripple the zygote", _CRIPPLE, _FILTER),
        Attack("gain privileges", _PRIVILEGES, _FILTER),
        Attack("import the course's code", _COURSE, "remove copies from site-packages"),
        Attack("learn from the environment", _ENVIRONMENT, _REINSTALL, values=values),
        Attack("shadow NumPy by a file", _SHADOW, _REINSTALL),
        Attack("leave shared memory", _SHARED_MEMORY, _FILTER),
        Attack("take too much memory", _MEMORY, _LIMITS, ("memory",), values=memory),
        Attack(
            "take it in many processes",
            _SUM_OF_MEMORY,
            _LIMITS,
            ("memory", "died"),
            values=memory,
        ),
        Attack("fork without end", _PROCESSES, _LIMITS, ("died",), values=processes),
        Attack("fill the disk", _FILL, _LIMITS, values=tmp),
        Attack("burn processor time", _PROCESSOR, _LIMITS, ("died",)),
        Attack("outlast the time limit", _STUBBORN, _LIMITS, ("timeout",), 0.5),
        Attack("flood the output", _FLOOD, _LIMITS, ("ok", "error")),
    ]

"""A seccomp filter as classic BPF, for ``bwrap --seccomp``.

It is one more layer: the namespaces already keep a submission in. The filter takes
away the system calls that reach into other processes, into the kernel's rarely used
corners, or that make memory which nobody counts (memfd, System V shared memory).
"""

import errno
import platform
import struct
from dataclasses import dataclass, field

_LOAD_WORD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_GREATER_EQUAL = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_OFFSET_NUMBER = 0
_OFFSET_ARCHITECTURE = 4
_OFFSET_FIRST_ARGUMENT = 16

# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_CLONE_NEW_NAMESPACE = 0x7E020080
_ALLOWED_SOCKET_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6


@dataclass(frozen=True)
class _Machine:
    """System call numbers of one architecture."""

    audit: int
    clone: int
    clone3: int
    socket: int
    refused: dict[str, int]
    own_process_only: dict[str, int]
    """Refused unless the first argument, a process id, is 0 (the caller)."""
    setpriority: int
    pretend_missing: dict[str, int]
    first_foreign: int | None = None
    """Numbers from here on belong to another calling convention (x32)."""


# These have the same number everywhere (they are newer than the common table).
_REFUSED_COMMON = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
}
_MISSING_COMMON = {"memfd_secret": 447}

_X86_64 = _Machine(
    audit=0xC000003E,
    clone=56,
    clone3=435,
    socket=41,
    first_foreign=0x40000000,
    refused=_REFUSED_COMMON
    | {
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "unshare": 272,
        "setns": 308,
        "mount": 165,
        "umount2": 166,
        "pivot_root": 155,
        "chroot": 161,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "keyctl": 250,
        "add_key": 248,
        "request_key": 249,
        "name_to_handle_at": 303,
        "open_by_handle_at": 304,
        "fanotify_init": 300,
        "syslog": 103,
        "quotactl": 179,
        "kexec_load": 246,
        "kexec_file_load": 320,
        "init_module": 175,
        "finit_module": 313,
        "delete_module": 176,
        "swapon": 167,
        "swapoff": 168,
        "reboot": 169,
        "acct": 163,
        "settimeofday": 164,
        "clock_settime": 227,
        "ioprio_set": 251,
        "iopl": 172,
        "ioperm": 173,
        "modify_ldt": 154,
    },
    own_process_only={
        "prlimit64": 302,
        "sched_setaffinity": 203,
        "sched_setparam": 142,
        "sched_setscheduler": 144,
        "sched_setattr": 314,
    },
    setpriority=141,
    pretend_missing=_MISSING_COMMON
    | {
        "memfd_create": 319,
        "shmget": 29,
        "shmat": 30,
        "msgget": 68,
        "semget": 64,
        "mq_open": 240,
    },
)

_AARCH64 = _Machine(
    audit=0xC00000B7,
    clone=220,
    clone3=435,
    socket=198,
    refused=_REFUSED_COMMON
    | {
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "unshare": 97,
        "setns": 268,
        "mount": 40,
        "umount2": 39,
        "pivot_root": 41,
        "chroot": 51,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
        "keyctl": 219,
        "add_key": 217,
        "request_key": 218,
        "name_to_handle_at": 264,
        "open_by_handle_at": 265,
        "fanotify_init": 262,
        "syslog": 116,
        "quotactl": 60,
        "kexec_load": 104,
        "kexec_file_load": 294,
        "init_module": 105,
        "finit_module": 273,
        "delete_module": 106,
        "swapon": 224,
        "swapoff": 225,
        "reboot": 142,
        "acct": 89,
        "settimeofday": 170,
        "clock_settime": 112,
        "ioprio_set": 30,
    },
    own_process_only={
        "prlimit64": 261,
        "sched_setaffinity": 122,
        "sched_setparam": 118,
        "sched_setscheduler": 119,
        "sched_setattr": 274,
    },
    setpriority=140,
    pretend_missing=_MISSING_COMMON
    | {
        "memfd_create": 279,
        "shmget": 194,
        "shmat": 196,
        "msgget": 186,
        "semget": 190,
        "mq_open": 180,
    },
)

_MACHINES = {"x86_64": _X86_64, "AMD64": _X86_64, "aarch64": _AARCH64}


@dataclass
class _Program:
    """Instructions under construction; every rule returns or falls through."""

    instructions: list[tuple[int, int, int, int]] = field(default_factory=list)

    def load(self, offset: int) -> None:
        self.instructions.append((_LOAD_WORD, 0, 0, offset))

    def return_if(self, jump: int, value: int, result: int) -> None:
        self.instructions.append((jump, 0, 1, value))
        self.result(result)

    def result(self, value: int) -> None:
        self.instructions.append((_RETURN, 0, 0, value))

    def skip_unless_equal(self, value: int, count: int) -> None:
        self.instructions.append((_JUMP_EQUAL, 0, count, value))

    def own_only(self, number: int, arguments: int, result: int) -> None:
        """Return ``result`` for a call unless its first arguments are all 0."""
        self.skip_unless_equal(number, 3 * arguments + 1)
        for index in range(arguments):
            self.load(_OFFSET_FIRST_ARGUMENT + 8 * index)
            self.instructions.append((_JUMP_EQUAL, 1, 0, 0))
            self.result(result)
        self.result(_ALLOW)

    def encode(self) -> bytes:
        return b"".join(struct.pack("<HBBI", *item) for item in self.instructions)


def filter_program(machine: str | None = None) -> bytes | None:
    """Return the filter for a machine (default: this one), or None if unknown."""
    numbers = _MACHINES.get(machine or platform.machine())
    if numbers is None:
        return None
    refuse = _ERRNO | errno.EPERM
    missing = _ERRNO | errno.ENOSYS
    program = _Program()
    program.load(_OFFSET_ARCHITECTURE)
    program.instructions.append((_JUMP_EQUAL, 1, 0, numbers.audit))
    program.result(_KILL_PROCESS)
    program.load(_OFFSET_NUMBER)
    if numbers.first_foreign is not None:
        program.return_if(_JUMP_GREATER_EQUAL, numbers.first_foreign, missing)
    for number in numbers.refused.values():
        program.return_if(_JUMP_EQUAL, number, refuse)
    # libc falls back to clone, whose flags the filter can read.
    for number in (numbers.clone3, *numbers.pretend_missing.values()):
        program.return_if(_JUMP_EQUAL, number, missing)
    program.skip_unless_equal(numbers.clone, 4)
    program.load(_OFFSET_FIRST_ARGUMENT)
    program.return_if(_JUMP_ANY_BIT, _CLONE_NEW_NAMESPACE, refuse)
    program.load(_OFFSET_NUMBER)
    # Another process of the same user (the zygote) could be slowed down or crippled.
    for number in numbers.own_process_only.values():
        program.own_only(number, 1, refuse)
    program.own_only(numbers.setpriority, 2, refuse)
    program.skip_unless_equal(numbers.socket, 2 + 2 * len(_ALLOWED_SOCKET_FAMILIES))
    program.load(_OFFSET_FIRST_ARGUMENT)
    for family in _ALLOWED_SOCKET_FAMILIES:
        program.return_if(_JUMP_EQUAL, family, _ALLOW)
    program.result(_ERRNO | errno.EAFNOSUPPORT)
    program.result(_ALLOW)
    return program.encode()

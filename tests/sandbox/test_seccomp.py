"""The filter as a program, run by a small interpreter."""

import struct

import pytest

from autograder.sandbox.seccomp import filter_program

ALLOW, EPERM, ENOSYS, AFNOSUPPORT = 0x7FFF0000, 0x50001, 0x50026, 0x50061
KILL = 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(machine, number, *arguments, audit=None):
    """Return the filter's decision about a system call."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, audit or AUDIT[machine], 0, *arguments)
    program = list(struct.iter_unpack("<HBBI", filter_program(machine)))
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = program[position]
        position += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x06:
            return value
        else:
            test = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            position += if_true if test else if_false


@pytest.mark.parametrize(
    ("machine", "number", "arguments", "expected"),
    [
        ("x86_64", 0, (), ALLOW),
        ("x86_64", 101, (), EPERM),
        ("x86_64", 435, (), ENOSYS),
        ("x86_64", 319, (), ENOSYS),
        ("x86_64", 56, (0x11,), ALLOW),
        ("x86_64", 56, (0x10000011,), EPERM),
        ("x86_64", 41, (1,), ALLOW),
        ("x86_64", 41, (10,), ALLOW),
        ("x86_64", 41, (16,), AFNOSUPPORT),
        ("x86_64", 41, (40,), AFNOSUPPORT),
        ("x86_64", 302, (0, 7), ALLOW),
        ("x86_64", 302, (1, 7), EPERM),
        ("x86_64", 141, (0, 0, 5), ALLOW),
        ("x86_64", 141, (0, 1, 5), EPERM),
        ("x86_64", 141, (2, 0, 5), EPERM),
        ("x86_64", 0x40000000, (), ENOSYS),
        ("aarch64", 63, (), ALLOW),
        ("aarch64", 117, (), EPERM),
        ("aarch64", 198, (1,), ALLOW),
        ("aarch64", 198, (40,), AFNOSUPPORT),
        ("aarch64", 220, (0x20000,), EPERM),
        ("aarch64", 261, (5,), EPERM),
    ],
)
def test_decision(machine, number, arguments, expected):
    assert decide(machine, number, *arguments) == expected


def test_other_calling_conventions_are_killed():
    assert decide("x86_64", 0, audit=0x40000003) == KILL


def test_unknown_machine_has_no_filter():
    assert filter_program("vax") is None

"""What a submission cannot see, reach or leave behind."""

import os
import socket
from pathlib import Path

import pytest

import autograder
from autograder.sandbox.attacks import attacks
from autograder.sandbox.doctor import checks

PIDS = "import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))"


@pytest.fixture
def outside(tmp_path):
    marker = tmp_path / "gradebook.db"
    marker.write_text("points", encoding="ascii")
    return marker


def test_files_outside_are_not_there(session, printed, outside):
    places = [str(outside), str(Path.home()), autograder.__file__, "/etc/shadow"]
    places += [str(Path.cwd() / "pyproject.toml"), "/var", "/srv", "/sys", "/opt"]
    source = f"""
import os
def readable(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else open(path).read()
    except OSError:
        return None
print([path for path in {places!r} if readable(path)])
"""
    shown = printed(session, source)
    # Of a home that holds the interpreter, only the way to it is there.
    assert shown in ("[]\n", f"[{str(Path.home())!r}]\n")


def test_home_of_the_grader_shows_nothing_but_the_interpreter(session, printed):
    source = f"""
import os
for base, directories, files in os.walk({str(Path.home())!r}):
    if files: print(base)
"""
    prefixes = (os.path.realpath(p) for p in (os.sys.prefix, os.sys.base_prefix))
    roots = tuple(prefixes)
    assert all(line.startswith(roots) for line in printed(session, source).split())


def test_only_three_places_are_writable(session, printed):
    source = """
import os
written = []
for line in open("/proc/mounts"):
    place = line.split()[1]
    if place.startswith("/proc"): continue
    try:
        with open(os.path.join(place, "new"), "w"): written.append(place)
    except OSError: pass
print(sorted(written))
"""
    assert printed(session, source) == "['/dev/shm', '/home/student', '/tmp']\n"


def test_environment_packages_cannot_be_changed(session, error):
    source = "import numpy; open(numpy.__file__, 'a')"
    assert "Read-only" in error(session, source) or "Permission" in error(
        session, source
    )


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_UNIX, "\0sandbox-test-server"),
    ],
    ids=["TCP", "abstract Unix"],
)
def test_servers_outside_are_out_of_reach(session, error, family, address):
    with socket.socket(family) as server:
        server.bind(address)
        server.listen()
        name = server.getsockname()
        client = f"import socket; socket.socket({int(family)}).connect({name!r})"
        assert error(session, client).startswith(("ConnectionRefused", "OSError"))


def test_network_has_only_a_loopback(session, error, printed):
    assert "unreachable" in error(
        session, "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    )
    names = "print([x.split(':')[0].strip() for x in open('/proc/net/dev')][2:])"
    assert printed(session, names) == "['lo']\n"


def test_other_socket_families_are_refused(session, error):
    # Virtual machines' sockets (40) belong to no network namespace.
    assert "not supported" in error(session, "import socket; socket.socket(40, 1)")


def test_processes_outside_are_invisible(session, printed):
    assert len(eval(printed(session, PIDS))) == 2


@pytest.mark.parametrize("number", [1, 2, 9, 15, 19])
def test_signals_do_not_reach_the_zygote(session, printed, number):
    source = f"""
import os, time
os.kill(1, {number}); os.kill(os.getppid(), {number}); time.sleep(0.05)
state = [line for line in open("/proc/1/status") if line.startswith("State")]
print(state[0].split()[1])
"""
    assert printed(session, source) in ("S\n", "R\n")


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "fd", "cwd/", "root/"])
def test_zygote_cannot_be_looked_into(session, error, name):
    read = f"import os; p = '/proc/1/{name}'\n"
    read += "os.listdir(p) if os.path.isdir(p) or p[-1] in '/d' else open(p).read()"
    assert "Permission" in error(session, read)


def test_command_lines_tell_nothing(session, printed):
    source = "print([open(f'/proc/{p}/cmdline').read() for p in (1, 'self')])"
    text = printed(session, source)
    assert "grad" not in text.replace(str(Path(os.sys.prefix)), "")


@pytest.mark.parametrize(
    "call",
    [
        "ctypes.CDLL(None).ptrace(16, 1, 0, 0)",
        "os.pidfd_open(1) and ctypes.CDLL(None).syscall(438, os.pidfd_open(1), 0, 0)",
        "ctypes.CDLL(None).unshare(0x10000000)",
        "ctypes.CDLL(None).syscall(272, 0x20000)",
        "ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None)",
        "ctypes.CDLL(None).shmget(1, 4096, 0o1600)",
        "ctypes.CDLL(None).msgget(1, 0o1600)",
        "ctypes.CDLL(None).semget(1, 1, 0o1600)",
        "ctypes.CDLL(None).memfd_create(b'x', 0)",
        "ctypes.CDLL(None).setuid(0)",
        "ctypes.CDLL(None).syscall(321, 0, 0, 0)",
        "ctypes.CDLL(None).syscall(425, 1, 0)",
        "ctypes.CDLL(None).syscall(0x40000000 + 39)",
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_system_call_is_refused(session, printed, call):
    assert printed(session, f"import ctypes, os; print({call})") == "-1\n"


@pytest.mark.parametrize(
    "call",
    [
        "resource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3))",
        "os.setpriority(os.PRIO_PROCESS, 1, 19)",
        "os.setpriority(os.PRIO_USER, 0, 19)",
        "os.sched_setaffinity(1, {0})",
        "os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))",
    ],
)
def test_zygote_cannot_be_crippled(session, error, call):
    assert "PermissionError" in error(session, f"import os, resource; {call}")


def test_user_is_unprivileged(session, printed):
    source = """
import os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid() != 0, os.getgroups() in ([], [os.getgid()], [65534]),
      *(status[name].strip() for name in ("CapEff", "CapPrm", "NoNewPrivs", "Seccomp")))
"""
    zero = "0" * 16
    assert printed(session, source) == f"True True {zero} {zero} 1 2\n"


def test_nothing_tells_of_the_grader(session, printed):
    source = "import os, socket; print(dict(os.environ), socket.gethostname())"
    text = printed(session, source)
    assert "NBGRADER_EXECUTION" in os.environ
    assert "NBGRADER" not in text
    assert text.endswith("localhost\n")
    home = "import getpass; print(os.path.expanduser('~'), getpass.getuser())"
    assert printed(session, home) == "/home/student student\n"


def test_nothing_stays_for_the_next_submission(sandbox, printed):
    leave = """
import os, time, multiprocessing.shared_memory, socket, builtins, numpy
for place in ("/tmp", "/dev/shm", "/home/student", "."):
    os.makedirs(f"{place}/left/deeper")
    with open(f"{place}/left/deeper/file", "w") as file: file.write("x")
    os.symlink("/etc", f"{place}/link")
    os.mkfifo(f"{place}/pipe")
block = multiprocessing.shared_memory.SharedMemory("block", create=True, size=9)
server = socket.socket(socket.AF_UNIX); server.bind("\\0left")
builtins.left = numpy.left = 1
os.environ["LEFT"] = "1"
if os.fork() == 0:
    os.setsid()
    for _ in range(5):
        if os.fork() == 0:
            while True: time.sleep(1)
    os._exit(0)
os.wait()
"""
    find = """
import os, builtins, numpy, socket
print([os.listdir(p) for p in ("/tmp", "/dev/shm", "/home/student", ".")])
print(hasattr(builtins, "left"), hasattr(numpy, "left"), "LEFT" in os.environ)
socket.socket(socket.AF_UNIX).bind("\\0left")
"""
    with sandbox.open() as session:
        # Where the environment lies in /tmp, so does the place that it is mounted on.
        before = printed(session, find)
    with sandbox.open() as session:
        printed(session, leave)
        assert "left" in printed(session, "print(os.listdir())")
    with sandbox.open() as session:
        assert printed(session, find) == before
        assert before.splitlines()[1] == "False False False"
        assert len(eval(printed(session, PIDS))) == 2


def test_own_files_are_there_and_shadow_nothing(sandbox, printed):
    files = {
        "numpy.py": b"raise SystemExit",
        "sitecustomize.py": b"raise SystemExit",
        "json.py": b"raise SystemExit",
        "helper.py": b"import numpy\nVALUE = numpy.pi",
        "data/points.csv": b"1,2\n",
    }
    with sandbox.open(files) as session:
        source = """
import json, helper, os, subprocess, sys
print(helper.VALUE > 3, open("data/points.csv").read(), sorted(os.listdir(".")))
"""
        assert "True 1,2\n" in printed(session, source)
        assert (
            printed(session, "print(os.path.basename(os.getcwd()))") == "assignment\n"
        )


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", ""])
def test_files_do_not_leave_the_directory(sandbox, name):
    with pytest.raises(ValueError, match="directory"):
        sandbox.open({name: b"x"})


def test_files_that_do_not_fit_are_named(small_sandbox, printed):
    files = {"big": bytes(9_000_000), "a": bytes(7_000_000), "b": bytes(7_000_000)}
    with small_sandbox.open(files | {"c": bytes(7_000_000), "d": b"x"}) as session:
        assert set(session.refused_files) == {"big", "c"}
        assert printed(session, "print(open('d').read())") == "x\n"


def test_every_check_of_the_doctor_is_passed(bubblewrap_works):
    def failed():
        results = list(checks())
        assert len(results) > 15
        return [(c.name, c.detail) for c in results if not c.ok]

    # Some checks race with a watch: on a busy machine they get a second chance.
    assert not failed() or failed() == []


def test_the_doctors_attacks_succeed_without_a_sandbox(process_sandbox, run, outside):
    values = {
        "hidden": [str(outside)],
        "addresses": [],
        "secret": "HOME",
        "memory": 0,
        "processes": 0,
        "tmp": 0,
    }
    broken = set()
    for attack in attacks(values):
        if attack.name.startswith(("read", "write", "learn", "leave")):
            with process_sandbox.open() as session:
                given = "".join(f"{k} = {v!r}\n" for k, v in attack.values.items())
                result = run(session, given + attack.source)
                if any("broken" in o.get("text", "") for o in result.outputs):
                    broken.add(attack.name)
    assert broken >= {"read files outside", "learn from the environment"}

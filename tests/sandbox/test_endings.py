"""However a submission ends, the cell knows why and the next one is served."""

import os
import signal

import pytest

from autograder.sandbox import Policy, Sandbox

ENDINGS = {
    "exit": ("import os; os._exit(3)", "exit code 3"),
    "kill": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "crash": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "abort": ("import os; os.abort()", "SIGABRT"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_death_costs_the_cell_and_names_the_cause(sandbox, run, printed, name):
    source, cause = ENDINGS[name]
    with sandbox.open() as session:
        result = run(session, "print('before', flush=True)\n" + source)
        assert (result.status, session.alive) == ("died", False)
        assert cause in result.reason
        assert session.reason == result.reason
    with sandbox.open() as session:
        assert printed(session, "print('next')") == "next\n"


def test_outputs_before_death_are_kept(session, run):
    source = "import time, os\nprint('kept'); time.sleep(0.2); print('x'); os._exit(1)"
    result = run(session, source)
    assert result.outputs[0]["text"].startswith("kept\n")


def test_garbage_on_the_channel_ends_the_session(sandbox, run, printed):
    source = """
import os, stat
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, b"\\xff" * 4096)
    except OSError: pass
"""
    with sandbox.open() as session:
        result = run(session, source)
        assert (result.status, session.alive) == ("died", False)
        assert "protocol" in result.reason
    with sandbox.open() as session:
        assert printed(session, "print(1)") == "1\n"


def test_closed_channel_ends_the_session(session, run):
    result = run(session, "import os; os.closerange(3, 64)")
    assert (result.status, session.alive) == ("died", False)


FORGED = """
import gc
from coursekernel.inside.outbox import SessionChannel
channel = next(o for o in gc.get_objects() if type(o) is SessionChannel)
gc.unfreeze()
"""


def test_forged_flood_is_refused_outside(session, run):
    flood = """
while True:
    channel.send({"op": "output", "kind": "output", "output":
        {"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000}})
"""
    result = run(session, FORGED + flood)
    assert (result.status, session.alive) == ("output", False)
    assert "limits" in result.reason


@pytest.mark.parametrize(
    "message",
    [
        {"op": "output"},
        {"op": "output", "kind": "output", "output": {"output_type": "evil"}},
        {"op": "output", "kind": "strange", "output": {"output_type": "stream"}},
        {"op": "callback"},
    ],
)
def test_forged_message_ends_the_session(session, run, message):
    result = run(session, f"{FORGED}\nchannel.send({message!r})")
    assert result.status in ("output", "died")
    assert not session.alive


def test_reply_that_comes_too_early_is_only_a_wrong_answer(sandbox, run, printed):
    source = FORGED + 'channel.send({"op": "done", "status": "ok", "cut": False})'
    with sandbox.open() as session:
        run(session, source)
        run(session, "print(1)")
    with sandbox.open() as session:
        assert printed(session, "print(2)") == "2\n"


def test_dead_zygotes_are_replaced_and_nothing_stays_alive(
    bubblewrap_works, sleepers, wait_until, run, printed
):
    seconds, count = sleepers
    with Sandbox() as sandbox:

        def kill(output=None):
            os.kill(sandbox._zygote.pid, signal.SIGKILL)

        with sandbox.open() as session:
            printed(session, "pass")
        kill()
        with sandbox.open() as session:
            assert printed(session, "print('replaced')") == "replaced\n"
            source = "import time\nprint(1); time.sleep(.2); print(2); time.sleep(9)"
            result = session.run_cell(source, cell_id="c", timeout=20, on_output=kill)
            assert (result.status, session.alive) == ("died", False)
        session = sandbox.open()
        run(session, f"import subprocess; subprocess.Popen(['sleep', '{seconds}'])")
        assert count() == 1
        pid = sandbox._zygote.pid
    wait_until(lambda: count() == 0 and not os.path.exists(f"/proc/{pid}"))


def test_what_the_sweep_cannot_remove_replaces_the_zygote(sandbox, printed):
    with sandbox.open() as session:
        deep = "import os\nfor _ in range(1500):\n    os.mkdir('d'); os.chdir('d')"
        printed(session, deep)
        first = sandbox._zygote
    with sandbox.open() as session:
        assert printed(session, "import os; print(os.listdir('.'))") == "[]\n"
        assert sandbox._zygote is not first


def test_an_ordinary_session_keeps_the_zygote(sandbox, printed):
    zygotes = set()
    for _ in range(3):
        with sandbox.open({"data.txt": b"x"}) as session:
            printed(session, "open('/tmp/left', 'w').close()")
            zygotes.add(id(sandbox._zygote))
    assert len(zygotes) == 1


def test_nothing_is_alive_after_the_grader_was_killed(
    bubblewrap_works, sleepers, wait_until, run
):
    seconds, count = sleepers
    reader, writer = os.pipe()
    grader = os.fork()
    if grader == 0:
        sandbox = Sandbox()
        session = sandbox.open()
        run(session, f"import subprocess; subprocess.Popen(['sleep', '{seconds}'])")
        os.write(writer, str(sandbox._zygote.pid).encode())
        signal.pause()
    pid = os.read(reader, 100).decode()
    wait_until(lambda: count() == 1)
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
    os.close(reader)
    os.close(writer)
    wait_until(lambda: count() == 0 and not os.path.exists(f"/proc/{pid}"))


def test_fork_of_the_grader_does_not_touch_the_sandbox(sandbox, printed):
    # As worker pools do: the copy must neither keep nor end what it does not own.
    with sandbox.open() as session:
        copy = os.fork()
        if copy == 0:
            sandbox.close()
            os._exit(0)
        os.waitpid(copy, 0)
        assert printed(session, "print('still here')") == "still here\n"


def test_descriptors_do_not_leak(bubblewrap_works):
    def count():
        return len(os.listdir("/proc/self/fd"))

    before = count()
    with Sandbox(Policy()) as sandbox:
        sandbox.open().close()
        between = count()
        for _ in range(5):
            sandbox.open().close()
        assert count() == between
    assert count() == before

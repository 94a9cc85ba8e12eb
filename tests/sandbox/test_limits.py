"""Every limit, reached for real."""

import time

import pytest

from autograder.sandbox import CallTimeout, SessionDied
from autograder.sandbox.policy import MIB

STUBBORN = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""
IGNORING = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
"""


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import re; re.match('(a*)*b', 'a' * 40)",
        "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
        "import asyncio; await asyncio.sleep(60)",
        "while True: print('x')",
    ],
)
def test_time_limit_interrupts_and_keeps_the_state(session, run, printed, loop):
    printed(session, "kept = 5")
    result = run(session, loop, timeout=0.3)
    assert result.status == "timeout"
    assert "interrupted" in result.reason
    assert result.outputs[-1]["ename"] in ("KeyboardInterrupt", "CancelledError")
    assert session.alive
    assert printed(session, "print(kept)") == "5\n"


def test_traceback_of_an_interrupt_shows_the_students_code_only(session, run):
    result = run(session, "def f():\n    while True: pass\nf()", timeout=0.3)
    text = "".join(result.outputs[-1]["traceback"])
    assert "Cell" in text
    assert "/run/kernel" not in text


@pytest.mark.parametrize(
    "loop",
    [
        STUBBORN,
        IGNORING,
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import numpy as np; np.linalg.svd(np.random.rand(2500, 2500))",
    ],
    ids=["swallows", "ignores", "stopped", "in C"],
)
def test_what_ignores_the_interrupt_is_ended(small, run, loop):
    started = time.monotonic()
    result = run(small, loop, timeout=0.3)
    assert (result.status, small.alive) == ("timeout", False)
    assert "ended" in result.reason
    assert time.monotonic() - started < 5


def test_late_interrupts_do_not_hit_the_next_cell(session, run, printed):
    for _ in range(20):
        run(session, "import time; time.sleep(0.02)", timeout=0.02)
        assert printed(session, "print(1 + 1)") == "2\n"


def test_processor_time(small, run):
    result = run(small, IGNORING, timeout=20)
    assert result.status == "died"
    assert "processor time" in result.reason


def test_memory_of_one_process(small, run, error, printed):
    assert "MemoryError" in error(small, "x = bytearray(10**10)")
    assert printed(small, "print('lives')") == "lives\n"


def test_memory_of_all_processes_together(small_sandbox, run):
    source = f"""
import os, time
for _ in range(8):
    if os.fork() == 0:
        block = b"x" * {200 * MIB}
        time.sleep(60)
        os._exit(0)
pid, status = os.waitpid(-1, 0)
print(os.WTERMSIG(status))
"""
    with small_sandbox.open() as session:
        result = run(session, source, timeout=40)
    if result.status == "ok":  # The kernel ended some of them one by one.
        assert result.outputs[0]["text"] == "9\n"
    else:
        assert (result.status, session.alive) == ("memory", False)
        assert "768 MiB" in result.reason


def test_number_of_processes(small, printed):
    source = """
import os, time
count = 0
try:
    while count < 200:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        count += 1
except BlockingIOError:
    print(count)
"""
    assert 10 < int(printed(small, source)) <= 24


def test_threads_count_as_processes(small, error):
    source = """
import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
"""
    assert "can't start new thread" in error(small, source)


def test_fork_bomb_is_swept_away(small_sandbox, run, printed):
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    with small_sandbox.open() as session:
        result = run(session, bomb, timeout=1.0)
        assert result.status in ("timeout", "died")
    started = time.monotonic()
    with small_sandbox.open() as session:
        pids = "import os; print(sum(n.isdigit() for n in os.listdir('/proc')))"
        assert printed(session, pids) == "2\n"
    assert time.monotonic() - started < 5


def test_open_files(small, error):
    text = error(small, "files = [open('/dev/null') for _ in range(100)]")
    assert "Too many open files" in text


def test_size_of_a_file(small, error):
    assert "File too large" in error(
        small, "with open('big', 'wb') as f: f.write(b'x' * 9_000_000)"
    )


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", ".."])
def test_size_of_writable_places(small, error, place):
    source = f"""
for number in range(4):
    with open(f"{place}/{{number}}", "wb") as file:
        file.write(b"x" * 7_000_000)
"""
    assert "No space left" in error(small, source)


def test_number_of_files(small, run):
    source = """
import time
for number in range(4000): open(f"/tmp/{number}", "w").close()
time.sleep(2)
"""
    result = run(small, source)
    assert result.status == "died"
    assert "2000" in result.reason


def test_200_000_prints(session, run):
    result = run(session, "for i in range(200_000): print(i)", timeout=60)
    assert result.status == "ok"
    assert "output" in result.reason
    texts = [output["text"] for output in result.outputs]
    assert [output["name"] for output in result.outputs] == ["stdout", "stderr"]
    assert texts[0].startswith("0\n1\n2\n")
    assert len(texts[0]) == 1_000_000
    assert "left out" in texts[1]


def test_one_line_of_60_megabytes(session, run):
    result = run(session, "print('x' * 60_000_000)")
    assert sum(len(output["text"]) for output in result.outputs) < 1_001_000


def test_60_megabytes_through_the_descriptor(session, run):
    source = "import os\nfor _ in range(60): os.write(1, b'x' * 1_000_000)"
    result = run(session, source)
    assert sum(len(output["text"]) for output in result.outputs) < 1_001_000


def test_10_000_displays(session, run):
    result = run(session, "for i in range(10_000): display(i)", timeout=60)
    assert (result.status, len(result.outputs)) == ("ok", 201)
    assert "left out" in result.outputs[-1]["text"]


def test_one_display_of_60_megabytes(session, run):
    source = "from IPython.display import HTML; HTML('x' * 60_000_000)"
    result = run(session, source)
    assert "left out" in str(result.outputs)
    assert len(str(result.outputs)) < 10_000


def test_error_of_60_megabytes(session, run):
    result = run(session, "raise ValueError('x' * 60_000_000)", timeout=30)
    assert result.outputs[0]["ename"] == "ValueError"
    assert len(str(result.outputs)) < 2_000_000


def test_progress_bars_and_cleared_output_may_go_on(session, run):
    source = """
from IPython.display import clear_output
for i in range(2000):
    clear_output(wait=True)
    print(i)
"""
    result = run(session, source, timeout=60)
    assert [output["text"] for output in result.outputs] == ["1999\n"]


def test_next_cell_has_its_full_allowance(session, run, printed):
    run(session, "print('x' * 2_000_000)")
    assert printed(session, "print('fresh')") == "fresh\n"


def test_call_that_takes_too_long(session, printed):
    printed(session, "def slow():\n    while True: pass")
    header = {"op": "cell", "source": "slow()", "id": "x"}
    with pytest.raises(CallTimeout, match=r"0\.3 s"):
        session.request(header, timeout=0.3)
    assert session.alive
    assert printed(session, "print(1)") == "1\n"


def test_call_that_kills(session):
    header = {"op": "cell", "source": "import os; os._exit(7)", "id": "x"}
    with pytest.raises(SessionDied, match="exit code 7"):
        session.request(header, timeout=5)
    with pytest.raises(SessionDied, match="exit code 7"):
        session.request(header, timeout=5)

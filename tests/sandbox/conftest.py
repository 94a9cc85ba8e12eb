import os
import secrets
import time

import pytest

from autograder.sandbox import Limits, Policy, Sandbox, probe
from autograder.sandbox.policy import MIB

SMALL = Limits(
    cpu_seconds=1,
    memory_bytes=768 * MIB,
    processes=24,
    open_files=64,
    file_bytes=8 * MIB,
    tmp_bytes=16 * MIB,
    tmp_files=2000,
    grace_seconds=0.3,
)


@pytest.fixture(scope="session")
def bubblewrap_works():
    """Skip where there is no sandbox; everything here needs the real one."""
    found = probe()
    if not found.usable:
        pytest.skip(f"no sandbox: {found.reason}; {found.remedy}")


@pytest.fixture(scope="session")
def sandbox(bubblewrap_works):
    """A sandbox with the ordinary limits, shared by all tests."""
    policy = Policy(allow=("nnlib.data", "nnlib.testing", "nnlib.viz"))
    with pytest.MonkeyPatch.context() as patch, Sandbox(policy) as shared:
        # Students' code must not learn of it.
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        yield shared


@pytest.fixture(scope="session")
def small_sandbox(bubblewrap_works):
    """A sandbox whose limits are quickly reached."""
    with Sandbox(Policy(limits=SMALL)) as shared:
        yield shared


@pytest.fixture(scope="session")
def process_sandbox():
    """No sandbox: limits only."""
    with Sandbox(Policy(limits=SMALL, mode="process")) as shared:
        yield shared


@pytest.fixture
def session(sandbox):
    with sandbox.open() as opened:
        yield opened


@pytest.fixture
def small(small_sandbox):
    with small_sandbox.open() as opened:
        yield opened


@pytest.fixture
def run():
    """Run a cell and return the result."""

    def run_cell(session, source, timeout=10.0):
        return session.run_cell(source, cell_id="cell", timeout=timeout)

    return run_cell


@pytest.fixture
def printed(run):
    """Run a cell that must succeed and return what it printed."""

    def run_and_read(session, source, timeout=10.0):
        result = run(session, source, timeout)
        assert result.status == "ok", (result.status, result.reason, result.outputs)
        return "".join(o["text"] for o in result.outputs if o.get("name") == "stdout")

    return run_and_read


@pytest.fixture
def error(run):
    """Run a cell that must fail and return its exception as one line."""

    def run_and_read(session, source, timeout=10.0):
        result = run(session, source, timeout)
        found = [o for o in result.outputs if o["output_type"] == "error"]
        assert found, (result.status, result.reason, result.outputs)
        return f"{found[0]['ename']}: {found[0]['evalue']}"

    return run_and_read


@pytest.fixture
def sleepers():
    """Return an unlikely number of seconds, and a count of who sleeps so long."""
    seconds = f"{secrets.randbelow(900) + 100}.{secrets.randbelow(10**9)}"

    def count():
        words = seconds.encode()
        found = 0
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    found += words in file.read().split(b"\0")
            except OSError:
                continue
        return found

    return seconds, count


@pytest.fixture
def wait_until():
    """Wait until a condition holds; fail when it takes long."""

    def wait(condition, seconds=10.0):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    return wait

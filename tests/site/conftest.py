"""The site, built once by the real command and served on this machine."""

import fcntl
import functools
import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))  # for axe.py


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site; workers that run side by side share it."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):  # of a worker of xdist
        shared = shared.parent
    out, done = shared / "site", shared / "site-is-built"
    with (shared / "site-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            command = [sys.executable, "-m", "autograder.cli", "site"]
            command += ["--out", str(out), "--pyodide", "npm"]
            result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert result.returncode == 0, result.stderr[-3000:]
            done.touch()
    return out


@pytest.fixture(scope="session")
def address(site):
    """Where the site can be read."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(chromium, address):
    """Open a page of the site; what goes wrong is kept in `page.complaints`."""
    contexts = []

    def opened(path, **options):
        options = {"viewport": {"width": 1300, "height": 1000}} | options
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.complaints = complaints = []
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda said: _console(said, complaints))
        page.on("requestfailed", lambda asked: complaints.append(f"lost: {asked.url}"))
        page.on("request", lambda asked: _outside(asked.url, address, complaints))
        page.on("response", lambda answer: _refused(answer, complaints))
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        page.evaluate("window.MathJax?.startup?.promise")
        return page

    yield opened
    for context in contexts:
        context.close()


def _console(said, complaints):
    if said.type in ("error", "warning"):
        complaints.append(f"console: {said.text}")


def _outside(url, address, complaints):
    if not url.startswith((f"{address}/", "data:", "blob:")):
        complaints.append(f"outside: {url}")


def _refused(answer, complaints):
    if answer.status >= 400:
        complaints.append(f"{answer.status}: {answer.url}")

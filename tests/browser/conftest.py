"""A JupyterLab on a free port, and pages that keep what the console says."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Every cell stays in the page, however far it is scrolled away.
TRACKER = {"windowingMode": "none", "scrollPastEnd": False}
NOTIFICATIONS = {"fetchNews": "false", "checkForUpdates": False}


@pytest.fixture(scope="module")
def lab(tmp_path_factory, free_port):
    """Address of a JupyterLab that serves copies of the lectures."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("lectures", "site"):
        shutil.copytree(ROOT / part, folder / "files" / part)
    plugins = {
        "@jupyterlab/notebook-extension/tracker": TRACKER,
        "@jupyterlab/apputils-extension/notification": NOTIFICATIONS,
    }
    for plugin, settings in plugins.items():
        path = folder / "settings" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    environment = os.environ | {
        "HOME": str(folder),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    port = free_port()
    options = [f"--port={port}", "--ServerApp.port_retries=0", "--no-browser"]
    options += ["--IdentityProvider.token=", "--allow-root"]
    options += [f"--ServerApp.root_dir={folder / 'files'}"]
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status", server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def page(chromium):
    """A fresh page; what its console complains about is kept in `page.complaints`."""
    context = chromium.new_context(viewport={"width": 1300, "height": 1000})
    opened = context.new_page()
    opened.complaints = []
    opened.on(
        "console",
        lambda message: (
            opened.complaints.append(message.text) if message.type == "error" else None
        ),
    )
    yield opened
    context.close()


def _wait_for(address, server, seconds=60):
    for _ in range(seconds * 4):
        assert server.poll() is None, "JupyterLab ended; see its log"
        try:
            urllib.request.urlopen(address)
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"{address} does not answer")

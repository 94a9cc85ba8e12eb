"""The bundle in an empty environment: set up, check, read and validate as a student."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.cli.sample_class import SampleClass
from autograder.feedback.misconceptions import Catalogue
from autograder.notebooks.bundle import write_bundle

from .conftest import ASSIGNMENT, ROOT, SLOPE_IGNORED, wait_for

RIGHT = f"neural-networks/assignments/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
WRONG = f"neural-networks/assignments/{ASSIGNMENT}/wrong.ipynb"
LECTURE = "00_start_here.ipynb"


class Student:
    """Somebody with Python, and a folder with the unpacked bundle."""

    def __init__(self, home):
        self.home = home
        # Nothing of the environment that the tests run in; pip's own settings stay.
        kept = ("LANG", "PIP_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy")
        self.environment = {
            name: value for name, value in os.environ.items() if name.startswith(kept)
        }
        base = Path(sys.base_prefix, "bin")
        self.environment |= {"PATH": f"{base}:/usr/bin:/bin", "HOME": str(home)}
        self.environment["PIP_NO_COMPILE"] = "1"  # most of it is never imported here

    def start(self, *words):
        """Run the start script; return its exit code and what it said."""
        done = subprocess.run(
            ["sh", "neural-networks/start.sh", *words],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    home = tmp_path_factory.mktemp("student")
    write_bundle(ROOT, [ASSIGNMENT], home / "bundle.zip")
    with zipfile.ZipFile(home / "bundle.zip") as archive:
        archive.extractall(home)
    source = ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    _fill(source, home / RIGHT, home / WRONG)
    student = Student(home)
    code, said = student.start("doctor")
    assert code == 0, said[-4000:]
    assert "[ OK ] nbgrader" in said and "bubblewrap" not in said
    return student


def _fill(source, right, wrong):
    """Write the reference solution, and beside it a copy with one mistake."""
    import nbformat

    notebook = nbformat.read(right, as_version=4)
    cells = SampleClass(source, right, Catalogue(), seed=1).fill(notebook)
    nbformat.write(notebook, right)
    cells["sigmoid"].source = SLOPE_IGNORED
    nbformat.write(notebook, wrong)


@pytest.fixture(scope="module")
def lab(student, free_port):
    """The address, with its token, of the lab that `start.sh` opens."""
    log = student.home / "lab.log"
    port = free_port()
    with log.open("w") as file:
        server = subprocess.Popen(
            ["sh", "neural-networks/start.sh", "lab", "--no-browser", f"--port={port}"],
            cwd=student.home,
            env=student.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, log)
        found = re.search(rf"http://127\.0\.0\.1:{port}/lab\S+", log.read_text())
        yield found.group()
    finally:
        subprocess.run(
            [
                student.home / "neural-networks/.venv/bin/jupyter",
                "lab",
                "stop",
                str(port),
            ],
            env=student.environment,
            check=True,
        )
        server.wait(30)


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1300, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.timeout(600)
def test_the_environment_holds_no_more_than_students_need(student):
    packages = student.home / "neural-networks/.venv/lib"
    names = {path.name.partition("-")[0] for path in packages.glob("*/*/*.dist-info")}
    assert {"nncourse", "jupyterlab", "nbgrader", "ipywidgets"} <= names
    assert not names & {"pytest", "mypy", "jupytext", "hatchling", "distributed"}


def test_check_tells_right_from_wrong(student):
    code, said = student.start("check", RIGHT)
    assert code == 0, said
    code, said = student.start("check", WRONG)
    assert code == 1 and "slope" in said


def test_the_environment_is_made_once(student):
    code, said = student.start("--version")
    assert code == 0 and "Installing" not in said


def test_the_lab_opens_on_the_first_lecture(lab, page, screenshots):
    page.goto(lab)
    page.wait_for_selector(f'.lm-TabBar-tabLabel:has-text("{LECTURE}")', timeout=60e3)
    page.wait_for_selector(r"text=/Python 3.*\| Idle/", timeout=60e3)
    page.wait_for_selector(".jp-CodeCell .cm-lineNumbers")
    page.click('.lm-MenuBar-item:has-text("Nbgrader")')
    menu = page.locator(".lm-Menu-itemLabel").all_inner_texts()
    assert "Assignment List" in menu
    assert not {"Formgrader", "Create Assignment", "Course List"} & set(menu)
    page.keyboard.press("Escape")
    # A pop-up with news would cover the corner of the page.
    assert page.locator(".Toastify__toast").count() == 0
    page.keyboard.press("Control+Shift+L")
    page.wait_for_selector('.jp-LauncherCard:has-text("Neural networks course")')
    page.screenshot(path=screenshots / "students_lab.png")


@pytest.mark.parametrize(
    ("notebook", "words"),
    [(RIGHT, "Success! Your notebook passes all the tests"), (WRONG, "failed")],
    ids=["right", "wrong"],
)
def test_validate_tells_right_from_wrong(notebook, words, lab, page, screenshots):
    address, _, token = lab.partition("?")
    place = notebook.removeprefix("neural-networks/")
    page.goto(f"{address.partition('/tree/')[0]}/tree/{place}?reset&{token}")
    page.wait_for_selector(r"text=/Python 3.*\| Idle/", timeout=60e3)
    page.click(".validate-button")
    page.wait_for_selector(f'.jp-Dialog:has-text("{words}")', timeout=90e3)
    page.screenshot(path=screenshots / f"validate_{words[:4].strip('!')}.png")


def test_a_second_server_and_a_taken_port_are_told(student, lab):
    port = re.search(r":(\d+)/", lab).group(1)
    code, said = student.start("lab")
    assert code == 2 and f"jupyter lab stop {port}" in said.splitlines()[-1]
    again = student.home / "another"
    shutil.copytree(student.home / "neural-networks/lectures", again / "lectures")
    python = student.home / "neural-networks/.venv/bin/python"
    done = subprocess.run(
        [python, "-m", "autograder.cli", "lab", f"--port={port}"],
        cwd=again,
        env=student.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert f"port {port} is in use" in done.stderr.splitlines()[-1]

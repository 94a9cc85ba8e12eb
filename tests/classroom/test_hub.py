"""A day of the course on a real JupyterHub: an instructor and two students in Chromium.

The hub reads docs/hub/jupyterhub_config.py. Only what needs users of the machine is
replaced: who logs in, and whose processes the servers are.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "a01_neurons"
SUCCESS = "Success! Your notebook passes all the tests."
OVERRIDES = """
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "only for this test"
c.Authenticator.allowed_users |= {{"s001", "s002"}}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.args = {args!r}
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
"""


def replace(path, old, new):
    """Change a setting in a copied file, as an administrator does."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} no longer says {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def make_students_environment(folder):
    """An environment with the course's wheel, which has nothing of the repository.

    Everything else in it is borrowed from the environment of the tests: a download
    would take a minute.
    """
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run([*build, "-d", folder / "dist"], cwd=ROOT, check=True)
    make = [sys.executable, "-m", "venv", "--without-pip", folder]
    subprocess.run(make, check=True)
    python = folder / "bin" / "python"
    show = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", show], text=True).strip())
    with zipfile.ZipFile(next((folder / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    # Its own .pth files, such as the repository's, are not read there.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    where = "import autograder; print(autograder.__file__)"
    found = subprocess.check_output([python, "-c", where], cwd=folder, text=True)
    assert Path(found).is_relative_to(packages), "the repository is in reach"
    for place in ("share", "etc"):
        (folder / place).symlink_to(Path(sys.prefix) / place)
    (folder / "settings").mkdir()
    shutil.copy(ROOT / "docs" / "hub" / "nbgrader_config.py", folder / "settings")


@pytest.fixture(scope="module")
def hub(classroom, free_port, answers):
    """Address of a hub for the course."""
    if shutil.which("configurable-http-proxy") is None:
        pytest.skip("no configurable-http-proxy: run `make hub-programs`")
    folder = classroom.root.parent
    students, exchange = folder / "students", folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    make_students_environment(students)
    hub_config = classroom.root / "docs" / "hub" / "jupyterhub_config.py"
    replace(hub_config, "/srv/nncourse", str(classroom.root))
    replace(
        hub_config, 'COURSE / ".venv" / "bin" / "python"', f"Path({sys.executable!r})"
    )
    replace(hub_config, "/opt/nncourse", str(students))
    own = 'str(root / "course" / "exchange")'
    replace(classroom.root / "nbgrader_config.py", own, repr(str(exchange)))
    settings = students / "settings" / "nbgrader_config.py"
    replace(settings, "/srv/nncourse-exchange", str(exchange))

    place = folder / "hub"
    place.mkdir()
    port = free_port()
    (place / "config.py").write_text(
        OVERRIDES.format(
            config=str(hub_config),
            port=port,
            hub_port=free_port(),
            proxy_port=free_port(),
            homes=str(folder / "homes" / "{username}"),
            args=["--allow-root"] if os.geteuid() == 0 else [],
        )
    )
    log = place / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "config.py"],
            cwd=place,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        answers(f"{address}/hub/health", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(60)


@pytest.fixture(scope="module")
def log_in(hub, chromium):
    """Log somebody in; their page is on its way to JupyterLab then."""

    def enter(name):
        context = chromium.new_context(viewport={"width": 1400, "height": 1000})
        context.set_default_timeout(90e3)
        page = context.new_page()
        page.goto(f"{hub}/hub/login")
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", "only for this test")
        page.click("#login_submit", no_wait_after=True)
        return page

    return enter


def open_from_menu(page, command):
    """Choose something in the menu Nbgrader."""
    page.click('.lm-MenuBar-item:has-text("Nbgrader")')
    page.click(f'li.lm-Menu-item[data-command="nbgrader:{command}"]')


def press(part, place, frame=None):
    """Press a button in a part of formgrader; wait until it says that it worked."""
    part.locator(f"{place} a").click()
    frame = frame or part
    said = frame.locator(".modal.in .modal-title")
    said.wait_for()
    text = frame.locator(".modal.in .modal-body").inner_text()
    assert said.inner_text() == "Success", text
    frame.locator(".modal.in").get_by_role("button", name="Close").click()
    frame.locator(".modal").wait_for(state="detached")


def validate(page):
    """Press Validate in the open notebook; return what it answers."""
    page.click(".validate-button")
    dialog = page.locator(".jp-Dialog #validation-message")
    dialog.wait_for()
    text = dialog.inner_text()
    page.click(".jp-Dialog .jp-mod-accept")
    return text


@pytest.mark.timeout(600)
def test_a_day_of_the_course(classroom, hub, log_in, screenshots):
    pages = {name: log_in(name) for name in ("instructor", "s001", "s002")}
    teacher = pages.pop("instructor")
    open_from_menu(teacher, "open-formgrader")
    formgrader = teacher.frame_locator("iframe[src*=formgrader]")
    for button in ("assign", "release"):
        press(formgrader, f"td.{button}")

    for name, page in pages.items():
        open_from_menu(page, "open-assignment-list")
        page.locator("#released_assignments_list button", has_text="Fetch").click()
        submit = page.locator("#fetched_assignments_list button", has_text="Submit")
        submit.wait_for()
        released = classroom.root.parent / "homes" / name / ASSIGNMENT
        classroom.work(released / f"{ASSIGNMENT}.ipynb", mistake=name == "s002")
        page.locator("#fetched_assignments_list a", has_text=ASSIGNMENT).first.click()
        page.locator(".list_item .list_item a", has_text=ASSIGNMENT).click()
        page.wait_for_selector(r"text=/Python 3.*\| Idle/")
        assert (SUCCESS in validate(page)) == (name == "s001")
        open_from_menu(page, "open-assignment-list")
        submit.click()
        page.locator("#submitted_assignments_list .list_item").first.wait_for()
        page.screenshot(path=screenshots / f"hub_{name}.png")

    press(formgrader, "td.collect")
    formgrader.locator("td.num-submissions a").click()
    scores = {}
    for name in pages:
        row = formgrader.locator("#main-table tr", has_text=name)
        press(row, "td.autograde", formgrader)
        row.get_by_text("needs manual grading").wait_for()
        scores[name] = float(row.locator("td.score").inner_text().partition("/")[0])
    assert scores["s001"] > scores["s002"] > 0
    teacher.screenshot(path=screenshots / "hub_scores.png")
    formgrader.get_by_role("link", name="Manage Assignments").click()
    formgrader.locator("td.collect").wait_for()
    for button in ("generate-feedback", "release-feedback"):
        press(formgrader, f"td.{button}")

    page = pages["s002"]
    page.locator("button", has_text="Fetch Feedback").click()
    page.get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item", has_text=f"{ASSIGNMENT}.html").dblclick()
    feedback = page.frame_locator(".jp-HTMLViewer iframe")
    feedback.get_by_text("the slope is ignored").first.wait_for()
    page.screenshot(path=screenshots / "hub_feedback.png")

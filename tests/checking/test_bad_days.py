"""Wrong files, endless loops, crashes, interrupts, missing kernels, other systems."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from autograder.cli import main

from .conftest import ROOT, check

COMMAND = [sys.executable, "-m", "autograder.cli", "check"]


def no_file(folder, work):
    return folder / "nowhere.ipynb", "the file cannot be opened (No such file"


def a_folder(folder, work):
    return folder, "is a folder"


def not_json(folder, work):
    (folder / "x.ipynb").write_text("# my answers")
    return folder / "x.ipynb", "the file is not JSON"


def no_notebook(folder, work):
    (folder / "x.ipynb").write_text("{}")
    return folder / "x.ipynb", "no notebook: it has no list of cells"


def a_lecture(folder, work):
    return ROOT / "lectures" / "01_neurons.ipynb", "has no checks to run"


def another_language(folder, work):
    work.notebook.metadata.kernelspec = {
        "name": "ir",
        "display_name": "R",
        "language": "R",
    }
    return work.save(folder), "is written in R"


@pytest.mark.parametrize(
    "case", [no_file, a_folder, not_json, no_notebook, a_lecture, another_language]
)
def test_what_is_no_assignment_is_refused_in_one_line(case, tmp_path, work, capsys):
    path, reason = case(tmp_path, work)
    assert main(["check", str(path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"nncourse: {path}") and reason in message
    assert "expected an assignment of the course, such as a01_neurons" in message
    assert message.count("\n") == 1


def test_a_newer_notebook_needs_the_newer_wheel(tmp_path, work, capsys):
    work.notebook.metadata.nncourse.version = "99.0"
    assert main(["check", str(work.save(tmp_path))]) == 2
    assert "is from version 99.0 of the course" in capsys.readouterr().err


def test_a_module_that_does_not_exist_here_is_named(tmp_path, work, capsys):
    work.notebook.metadata.nncourse.allow = ["nnlib.tensors"]
    assert main(["check", str(work.save(tmp_path))]) == 2
    message = capsys.readouterr().err
    assert "nnlib.tensors is allowed by the assignment but does not exist" in message
    assert message.count("\n") == 1


def test_wrong_options(tmp_path, work, capsys):
    path = str(work.save(tmp_path))
    assert main(["check", path, "--timeout", "0"]) == 2
    assert "expected a positive number" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        main(["check"])
    assert left.value.code == 2


def test_loops_are_stopped_and_the_others_go_on(tmp_path, work):
    work.cell("step").source = "while True:\n    pass"
    work.cell("sigmoid").source = "def sigmoid(s, slope=1.0):\n    while True: pass"
    code, found = check(work.save(tmp_path), tmp_path, "--timeout", "3")
    stopped = "stopped after 3 s: is there a loop without end?"
    assert code == 1
    assert found["troubles"]["step"] == stopped
    tasks = {task["name"]: task for task in found["tasks"]}
    assert tasks["test_sigmoid"]["problem"] == stopped
    assert tasks["test_perturb"]["passed"] and tasks["test_neuron"]["passed"]


def test_what_ends_python_is_named_and_the_rest_did_not_run(tmp_path, work):
    work.cell("sigmoid").source = "import os\nos._exit(3)"
    code, found = check(work.save(tmp_path), tmp_path)
    assert code == 1
    assert found["troubles"] == {
        "sigmoid": "Python itself ended while this cell was running"
    }
    problems = [task["problem"] for task in found["tasks"]]
    assert problems == ["", "", *["not run: Python ended in sigmoid"] * 6]


def test_a_loop_that_can_not_be_interrupted(tmp_path, work, monkeypatch):
    monkeypatch.setattr("autograder.checking.run._STOP_SECONDS", 1.0)
    monkeypatch.setattr("autograder.checking.run._OUTPUT_SECONDS", 1)
    ignore = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    work.cell("step").source = f"{ignore}while True: pass"
    code, found = check(work.save(tmp_path), tmp_path, "--timeout", "1")
    assert code == 1
    assert "is there a loop without end?" in found["troubles"]["step"]
    assert found["tasks"][1]["problem"] == "not run: step could not be stopped"


def test_ctrl_c_ends_it_and_its_kernel(tmp_path, work):
    work.cell("step").source = (
        "import os, pathlib\n"
        "pathlib.Path('pid').write_text(str(os.getpid()))\nwhile True: pass"
    )
    path = work.save(tmp_path)
    running = subprocess.Popen([*COMMAND, str(path)], stderr=subprocess.PIPE, text=True)
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text()):
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, message = running.communicate(timeout=20)
    assert running.returncode == 130
    assert message == "nncourse: interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_kernel_that_does_not_start(tmp_path, work):
    """As with a kernel whose Python was deleted, or that has no ipykernel."""
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    words = [sys.executable, "-c", "raise SystemExit(1)", "{connection_file}"]
    card = {"argv": words, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(card))
    done = subprocess.run(
        [*COMMAND, str(work.save(tmp_path))],
        env={**os.environ, "JUPYTER_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "nncourse: the Python kernel does not start: "
        "python -m pip install 'nncourse[lab]'\n"
    )


def test_it_needs_nothing_of_unix_and_no_more_than_the_extra_lab():
    """What Windows lacks is taken away, and so is what the extra `grade` brings."""
    script = """
import importlib, os, select, signal, sys
import IPython, jupyter_client, nbclient, nbformat, nbgrader.apps, tqdm
grade = "jupytext rich nh3 latex2mathml psycopg accessible_pygments distributed"
unix = "resource fcntl pwd grp termios tty pty syslog"
for name in (grade + " " + unix).split():
    for loaded in [m for m in sys.modules if m.partition(".")[0] == name]:
        del sys.modules[loaded]
    sys.modules[name] = None
for owner, names in {
    os: "fork getuid geteuid setsid killpg setrlimit memfd_create WNOHANG",
    signal: "SIGALRM SIGKILL SIGHUP setitimer ITIMER_REAL alarm pthread_sigmask",
    select: "poll epoll",
}.items():
    for name in names.split():
        if hasattr(owner, name):
            delattr(owner, name)
for name in sys.argv[1:]:
    importlib.import_module(name)
assert "nbgrader" in sys.modules
"""
    folder = ROOT / "autograder" / "checking"
    names = [f"autograder.checking.{p.stem}" for p in folder.glob("*.py")]
    assert len(names) >= 8
    done = subprocess.run(
        [sys.executable, "-c", script, "autograder.cli.check", *names],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_check_itself_does_not_wait_for_nbgrader():
    """nbgrader takes longer to import than all the rest."""
    script = (
        "import sys, autograder.checking.run, autograder.checking.table\n"
        "print([name for name in sys.modules if name == 'nbgrader'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_data_file_is_harmless_without_the_course(tmp_path):
    """Another Python's nbgrader may read it; then nothing happens."""
    file = ROOT / "jupyter-data" / "etc" / "jupyter" / "nbgrader_config.py"
    script = (
        "import sys; sys.modules['autograder'] = None\n"
        "from traitlets.config import Config\n"
        f"exec(open({str(file)!r}).read(), {{'get_config': Config}})"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)

"""What of the course a submission can import, however the course is installed."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from autograder.sandbox import Policy, PolicyError, Sandbox
from autograder.sandbox.environment import python_environment
from autograder.sandbox.view import kernel_files, nnlib_view

ROOT = Path(__file__).parents[2]
SITE = next(p for p in map(Path, sys.path) if p.name == "site-packages")


def test_allowed_modules_work(session, printed):
    source = "import nnlib.data, nnlib.testing\nfrom nnlib.viz import style, show"
    assert printed(session, source + "\nprint(1)") == "1\n"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import nnlib.losses", "nnlib.losses"),
        ("from nnlib import losses", "nnlib.losses"),
        ("from nnlib.losses import softmax", "nnlib.losses"),
        ("import nnlib.viz.neurons", "nnlib.viz.neurons"),
        ("from nnlib.viz import neurons", "nnlib.viz.neurons"),
        ("__import__('nnlib.layers')", "nnlib.layers"),
    ],
)
def test_refused_module_is_explained(session, error, statement, name):
    assert error(session, statement) == (
        f"ModuleNotFoundError: {name} is not available in this assignment; "
        "allowed: nnlib.data, nnlib.testing, nnlib.viz"
    )


def test_without_a_list_all_of_nnlib_is_refused(small, error):
    assert "nnlib is not available in this assignment" in error(small, "import nnlib")


def test_autograder_does_not_exist(session, error):
    expected = "ModuleNotFoundError: No module named 'autograder'"
    assert error(session, "import autograder.sandbox") == expected


def test_without_the_guard_there_is_still_nothing(session, run, printed, error):
    remove = "import sys; sys.meta_path[:] = sys.meta_path[1:]; print(1)"
    printed(session, remove)
    for statement in ("import nnlib.losses", "import autograder"):
        assert "No module named" in error(session, statement)
    source = """
import os, sys
found = []
for place in {*sys.path, sys.prefix, "/run", "/usr/lib/python3"}:
    for base, directories, files in os.walk(place):
        if {"autograder", "losses.py"} & {*directories, *files}: found.append(base)
        if base.endswith("numpy"): directories.clear()
print(found)
"""
    assert printed(session, source, 60) == "[]\n"


def test_view_holds_private_modules_and_what_is_allowed():
    names = set(nnlib_view(["nnlib.viz"]))
    assert {"nnlib/__init__.py", "nnlib/viz/__init__.py", "nnlib/viz/style.py"} <= names
    public = {n for n in names if not n.startswith(("nnlib/_", "nnlib/viz/"))}
    assert public == set()
    assert "nnlib/viz/neurons.py" not in names
    private = {n for n in nnlib_view(["nnlib.data"]) if n.startswith("nnlib/_")}
    assert private == {"nnlib/__init__.py", "nnlib/_checks.py"}
    assert nnlib_view([]) == {}


@pytest.mark.parametrize("name", ["os", "nnlib", "nnlib.no_such", "nnlib/../x", ""])
def test_what_cannot_be_allowed(name):
    with pytest.raises(PolicyError, match=r"nnlib|allowed"):
        nnlib_view([name])


def test_code_inside_has_a_neutral_name():
    assert all(name.startswith("coursekernel/") for name in kernel_files())
    assert "coursekernel/inside/zygote.py" in kernel_files()


def test_hidden_directories_are_covered():
    inside, outside = SITE / "pip", Path("/nowhere")
    covered = python_environment(hide=(inside, outside)).covered
    assert inside in covered
    assert outside not in covered


GRADE = """
    import os, sys
    from autograder.sandbox import Policy, Sandbox, probe
    assert probe().usable, probe()
    zygotes = set()
    with Sandbox(Policy(allow=("nnlib.testing",))) as sandbox:
        for _ in range(2):
            with sandbox.open({"a.txt": b"x"}) as session:
                source = '''
    import os, sys, numpy, nnlib.testing
    open("/tmp/left", "w").close()
    try: import nnlib.losses
    except ImportError as error: print(error)
    for place in sys.path:
        for name in ("autograder/__init__.py", "nnlib/losses.py"):
            if os.path.exists(os.path.join(place, name)): print("SEEN", place)
    print(os.getuid(), os.listdir("."))
    '''
                result = session.run_cell(source, cell_id="c", timeout=20)
                print(result.status, "".join(o.get("text", "") for o in result.outputs))
            zygotes.add(id(sandbox._zygote))
    print("zygotes", len(zygotes))
"""


PYTHONS = [Path(sys.base_prefix, "bin", "python3"), Path("/usr/bin/python3")]


def fits(interpreter: Path) -> bool:
    """Whether every user can start it and it takes our binary packages."""
    if not interpreter.exists():
        return False
    if any(not path.stat().st_mode & 0o001 for path in interpreter.resolve().parents):
        return False
    command = [interpreter, "-c", "import sys; print(sys.version_info[:2])"]
    answer = subprocess.run(command, capture_output=True, text=True)
    return answer.stdout.strip() == str(sys.version_info[:2])


@pytest.fixture
def other_python(tmp_path_factory):
    """A Python environment of its own, which any user can read."""
    interpreter = next(filter(fits, PYTHONS), None)
    if interpreter is None:
        pytest.skip(f"none of {PYTHONS} is of this version and open to every user")
    base = Path("/var/tmp") / f"sandbox-test-{os.getpid()}"
    site = base / "lib" / SITE.parent.name / "site-packages"
    site.mkdir(parents=True)
    (base / "bin").mkdir()
    (base / "bin" / "python").symlink_to(interpreter)
    (base / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\n")
    (site / "packages.pth").write_text(f"{SITE}\n", encoding="utf-8")
    os.chmod(base, 0o755)
    yield base
    shutil.rmtree(base)


def grade(python, user, **variables):
    command = [python / "bin" / "python", "-c", textwrap.dedent(GRADE)]
    if user:
        drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        command = [*drop, *command]
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"} | variables
    answer = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd="/", check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def install(way, python):
    """Install the course in one of the usual ways; return variables for it."""
    site = next(python.glob("lib/*/site-packages"))
    if way == "PYTHONPATH":
        return {"PYTHONPATH": str(ROOT)}
    if way == "editable":
        (site / "_editable_impl_nncourse.pth").write_text(f"{ROOT}\n", encoding="utf-8")
        return {}
    for name in ("nnlib", "autograder"):
        shutil.copytree(
            ROOT / name, site / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    (site / "nncourse-1.dist-info").mkdir()
    return {}


@pytest.mark.parametrize(
    ("way", "user"), [("PYTHONPATH", "65534"), ("editable", ""), ("wheel", "65534")]
)
def test_every_installation_and_user(bubblewrap_works, other_python, way, user):
    if os.getuid() != 0:
        user = ""  # Already an ordinary one.
    output = grade(other_python, user, **install(way, other_python))
    refused = "nnlib.losses is not available in this assignment; allowed: nnlib.testing"
    assert output.count(refused) == 2
    assert "SEEN" not in output
    assert output.count("ok ") == 2
    assert output.count("['a.txt']") == 2
    assert output.endswith("zygotes 1\n")


def test_allowed_modules_are_there_before_the_first_import(session, printed):
    source = "import sys\nprint([n in sys.modules for n in {}])"
    names = ["nnlib.data", "nnlib.testing", "nnlib.viz.style", "nnlib.losses"]
    assert printed(session, source.format(names)) == "[True, True, True, False]\n"


def test_one_submission_cannot_change_a_module_for_the_next(sandbox, printed):
    change = "import nnlib.testing as t; t.assert_close = print; print('changed')"
    with sandbox.open() as session:
        assert printed(session, change) == "changed\n"
    with sandbox.open() as session:
        look = "import nnlib.testing as t; print(t.assert_close is print)"
        assert printed(session, look) == "False\n"


def test_a_module_that_cannot_be_imported_stops_nobody(
    bubblewrap_works, printed, error
):
    """Here one that needs a module which the assignment does not allow."""
    allow = ("nnlib.losses", "nnlib.testing")
    with Sandbox(Policy(allow=allow)) as sandbox, sandbox.open() as session:
        look = "import sys; print('nnlib.testing' in sys.modules)"
        assert printed(session, look) == "True\n"
        assert error(session, "import nnlib.losses") == (
            "ModuleNotFoundError: nnlib.activations is not available in this "
            "assignment; allowed: nnlib.losses, nnlib.testing"
        )

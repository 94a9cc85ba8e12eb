"""Files beside the notebook, and notebooks that are no files."""

import os

from attack_kit import FULL, HUNT, NOTHING, Attack

SHADOW = b"raise SystemExit('shadowed')\n"
STOPS = "nbgrader copies files itself and stops at what is no file"
READ_ALL = HUNT + "hunt_files('.')"


def link(target):
    return lambda path: path.symlink_to(target)


ATTACKS = [
    Attack(
        "shadows",
        "modules with the names of libraries, which the tests would import",
        honest=True,
        files=dict.fromkeys(
            (
                *("numpy.py", "math.py", "random.py", "nnlib.py", "nnlib/__init__.py"),
                *("nnlib/testing.py", "IPython.py", "matplotlib.py", "codec.py"),
                *("wire.py", "inside.py", "json.py", "autograder/__init__.py"),
            ),
            SHADOW,
        ),
    ),
    Attack(
        "site",
        "files that Python runs when it starts",
        honest=True,
        files={
            "sitecustomize.py": SHADOW,
            "usercustomize.py": SHADOW,
            "evil.pth": b"import os; os.system('touch LEFT-BEHIND')\n",
            "pyvenv.cfg": b"home = /tmp\n",
            ".pythonrc": SHADOW,
            "conftest.py": SHADOW,
        },
    ),
    Attack(
        "configuration",
        "files that nbgrader, Jupyter and IPython read",
        honest=True,
        files={
            "nbgrader_config.py": b"c = get_config()\nraise SystemExit('read')\n",
            "jupyter_config.py": SHADOW,
            "ipython_config.py": SHADOW,
            ".ipython/profile_default/startup/x.py": SHADOW,
            "autotests.yml": b"python3: {setup: raise SystemExit}\n",
            "pyproject.toml": b"[tool.pytest.ini_options]\n",
        },
    ),
    Attack(
        "links",
        "links to the gradebook, the source and the system",
        first=READ_ALL,
        files={
            "passwd.txt": link("/etc/passwd"),
            "shadow": link("/etc/shadow"),
            "book.txt": link("../../../gradebook.db"),
            "config.txt": link("../../../nbgrader_config.py"),
            "solution.txt": link("../../../source/ps1/nn.ipynb"),
            "other.txt": link("../../ab_victim/ps1/nn.ipynb"),
            "folder": link("../../ab_victim/ps1"),
            "source": link("../../../source"),
        },
    ),
    Attack(
        "broken_links",
        "links to nothing and to themselves",
        honest=True,
        files={"broken": link("nowhere"), "loop": link("loop")},
        ungraded=STOPS,
    ),
    Attack(
        "page_link",
        "a link with the name of a feedback page",
        first=READ_ALL,
        files={
            "nn.html": link("../../../gradebook.db"),
            "more.html": link("../../ab_victim/ps1/nn.ipynb"),
        },
    ),
    Attack(
        "notebook_link",
        "the notebook is a link to the instructor's one",
        content=b"",
        files={"nn.ipynb": link("../../../source/ps1/nn.ipynb")},
    ),
    Attack(
        "other_notebook_link",
        "the notebook is a link to a fellow student's one",
        content=b"",
        files={"nn.ipynb": link("../../aa_honest/ps1/nn.ipynb")},
    ),
    Attack(
        "renamed_link",
        "another name, and a link to a fellow student's notebook",
        content=b"",
        notebook="mine.txt",
        files={"nn (1).ipynb": link("../../aa_honest/ps1/nn.ipynb")},
    ),
    Attack(
        "notebook_folder",
        "the notebook is a folder",
        content=b"",
        notebook="readme.txt",
        files={"nn.ipynb/x.txt": b"x"},
    ),
    Attack(
        "pipe",
        "a named pipe, at which a reader would wait for ever",
        honest=True,
        files={"data.csv": os.mkfifo},
        ungraded=STOPS,
    ),
    Attack(
        "notebook_pipe",
        "the notebook is a named pipe",
        content=b"",
        notebook="readme.txt",
        files={"nn.ipynb": os.mkfifo},
    ),
    Attack(
        "names",
        "file names that are long, odd, hidden or look like options",
        honest=True,
        files={
            "x" * 250: b"1",
            "-rf": b"1",
            "a\nb": b"1",
            "'; rm -rf ~; '": b"1",
            "<script>alert('page')</script>.txt".replace("/", "_"): b"1",
            "ünï/cödé/文件.txt": b"1",
            "/".join(["deep"] * 50) + "/x": b"1",
            "%s%n{0}$(x)`x`": b"1",
        },
    ),
    Attack(
        "many",
        "a thousand files more than anybody needs",
        honest=True,
        files={f"many/{number}.txt": b"x" * 100 for number in range(1200)},
    ),
    Attack(
        "big",
        "a file of 120 MB and a notebook of 80 MB beside it",
        honest=True,
        files={
            "big.bin": lambda path: _sparse(path, 120_000_000),
            "copy.ipynb": lambda path: _sparse(path, 80_000_000),
        },
    ),
    Attack(
        "timestamp_past",
        "a time stamp from long ago",
        honest=True,
        files={"timestamp.txt": b"1970-01-01 00:00:00 UTC"},
    ),
    Attack(
        "timestamp_bytes",
        "a time stamp of random bytes",
        honest=True,
        files={"timestamp.txt": bytes(range(256)) * 40},
    ),
    Attack(
        "timestamp_future",
        "a time stamp of the year 99999",
        honest=True,
        files={"timestamp.txt": b"99999-01-01 00:00:00 UTC"},
    ),
    Attack(
        "bytecode",
        "compiled modules and an extension module",
        honest=True,
        files={
            "numpy.pyc": b"\x00" * 100,
            "__pycache__/nn.cpython-311.pyc": b"\x00" * 100,
            "_ctypes.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
        },
    ),
]


def _sparse(path, size):
    with path.open("wb") as file:
        file.truncate(size)


assert set(FULL) == set(NOTHING)

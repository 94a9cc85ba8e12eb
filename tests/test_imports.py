"""Who may know whom: the contracts of pyproject.toml hold, and imports stay light."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = 4


def lint(config: Path) -> int:
    return lint_imports(config_filename=str(config), no_cache=True, no_logo=True)


def test_the_rooms_keep_their_contracts(capsys):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(project["tool"]["importlinter"]["contracts"]) >= CONTRACTS
    assert lint(ROOT / "pyproject.toml") == 0, capsys.readouterr().out


def test_a_broken_contract_is_noticed(tmp_path):
    """The command line does know the notebooks' room, so this contract is broken."""
    config = tmp_path / "broken.toml"
    config.write_text(
        '[tool.importlinter]\nroot_package = "autograder"\n'
        "[[tool.importlinter.contracts]]\n"
        'name = "impossible"\ntype = "forbidden"\n'
        'source_modules = ["autograder.cli"]\n'
        'forbidden_modules = ["autograder.notebooks"]\n'
    )
    assert lint(config) != 0


MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "nnlib").rglob("*.py")
    if "viz" not in path.parts
)


def test_nnlib_needs_numpy_alone():
    """Every module outside viz imports while all that a student may lack is hidden."""
    script = (
        "import importlib, sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        top = name.partition('.')[0]\n"
        "        if top in sys.stdlib_module_names or top in ('numpy', 'nnlib'):\n"
        "            return None\n"
        "        raise ModuleNotFoundError(f'{name} is hidden', name=name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *MODULES], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["nnlib", "autograder.cli"])
def test_a_bare_import_is_light(module):
    script = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"numpy", "matplotlib", "IPython", "nbformat", "nbgrader"}

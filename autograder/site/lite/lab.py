"""Build the lab: JupyterLite with the course's Python, notebooks and glossary."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from autograder.site.lite.packages import (
    AT_START,
    KERNEL_EXTENSION,
    kernel_extension,
    write_pyodide,
)
from autograder.site.lite.pictures import write_pictures
from autograder.site.lite.settings import lab_settings
from autograder.site.lite.wheels import fetch_wheels, run

FOLDER = "lite"
PAGE = f"{FOLDER}/lab/index.html"
# The last one made for the JupyterLab 4.4 that JupyterLite 0.6 is built from.
WIDGETS = ("jupyterlab-widgets", "3.0.15")
PARTS = {"lectures": "*.ipynb", "assignments": "*.ipynb", "site": "*.md"}
# JupyterLite's own page has no language, no icon and no title of the course.
HEAD = {
    "<html>": '<html lang="en">',
    "<title>JupyterLite</title>": "<title>Neural networks: lab</title>\n"
    '    <link rel="icon" href="./favicon.ico" />',
}


def build_lab(root: Path, pages: Path, site: Path, source: str) -> None:
    """Add the lab to a site.

    Args:
        root: the course.
        pages: the folder that Sphinx reads; its notebooks go into the lab.
        site: the site, already built.
        source: where Pyodide comes from (see `write_pyodide`).
    """
    work, target = root / "build" / "lite", site / FOLDER
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    can_draw = write_pyodide(root, source, work / "static" / "pyodide")
    files = work / "files"
    for part, pattern in PARTS.items():
        _copy_files(pages / part, pattern, files / part)
    if not can_draw:
        write_pictures(site / "lectures", files / "lectures")
    _write_json(work / "jupyter-lite.json", _site_settings())
    _write_json(work / "overrides.json", lab_settings())
    options = _build_options(root, target)
    _write_json(work / "jupyter_lite_config.json", {"LiteBuildConfig": options})
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    run(command, "the lab of the site", cwd=work)
    _name_page(target / "lab" / "index.html")


def _site_settings() -> dict[str, Any]:
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js",
        "loadPyodideOptions": {"packages": AT_START},
        "disablePyPIFallback": True,
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Neural networks",
            "litePluginSettings": {f"{KERNEL_EXTENSION}:kernel": kernel},
        },
    }


def _build_options(root: Path, target: Path) -> dict[str, Any]:
    """Options of `jupyter lite build`: only the parts of JupyterLab that are used."""
    name, version = WIDGETS
    cache = root / "build" / "cache" / "pyodide" / "wheels"
    widgets = fetch_wheels([f"{name}=={version}"], cache)[name]
    return {
        "apps": ["lab"],
        "output_dir": str(target.resolve()),
        "federated_extensions": [str(kernel_extension()), str(widgets.resolve())],
        "ignore_sys_prefix": ["federated_extensions"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }


def _name_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for old, new in HEAD.items():
        text = text.replace(old, new, 1)
    page.write_text(text, encoding="utf-8")


def _copy_files(folder: Path, pattern: str, target: Path) -> None:
    target.mkdir(parents=True)
    for path in sorted(folder.glob(pattern)):
        shutil.copy(path, target)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

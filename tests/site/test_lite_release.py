"""Where the lab's Python comes from: folder, tarball, web address, npm."""

import functools
import hashlib
import json
import tarfile
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.notebooks.wheel import build_wheel
from autograder.site.lite.npm import small_release
from autograder.site.lite.packages import AT_START, RUNTIME, write_pyodide
from autograder.site.lite.release import LOCK, closure, open_release, read_lock
from autograder.site.lite.wheels import lock_entry, pack_wheel

ROOT = Path(__file__).parents[2]
TAG = "py3-none-any"


@pytest.fixture(scope="module")
def official(site, tmp_path_factory):
    """A folder like that of an official release, which has matplotlib as well.

    The runtime and NumPy are real, downloaded for the site; of matplotlib there is only
    the name.
    """
    small = small_release(ROOT / "build" / "cache" / "pyodide")
    folder = tmp_path_factory.mktemp("official") / "pyodide"
    folder.mkdir()
    for path in small.iterdir():
        (folder / path.name).symlink_to(path)
    lock = json.loads((folder / LOCK).read_bytes())
    for name, depends in {"matplotlib": ["Cycler", "numpy"], "cycler": []}.items():
        wheel = pack_wheel(folder / f"{name}-3.8.4-{TAG}.whl", {}, TAG)
        lock["packages"][name] = lock_entry(wheel, depends)
    lock["packages"]["unneeded"] = {**lock["packages"]["cycler"], "file_name": "gone"}
    (folder / LOCK).unlink()
    (folder / LOCK).write_text(json.dumps(lock))
    return folder


@pytest.fixture(scope="module")
def tarball(official, tmp_path_factory):
    path = tmp_path_factory.mktemp("tarball") / "pyodide-0.27.7.tar.bz2"
    with tarfile.open(path, "w:bz2", dereference=True, compresslevel=1) as archive:
        archive.add(official, "pyodide")
    return path


@pytest.fixture(scope="module")
def web(official, tarball):
    """The address of a server that has the release as a folder and as a tarball."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def translate_path(self, path):
            place = tarball if path.endswith(".bz2") else official / path.lstrip("/")
            return str(place)

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("kind", ["folder", "parent", "tarball", "web", "web tarball"])
def test_a_release_is_read_from_wherever_it_is(kind, official, tarball, web, tmp_path):
    source = {
        "folder": official,
        "parent": official.parent,
        "tarball": tarball,
        "web": f"{web}/",
        "web tarball": f"{web}/pyodide-0.27.7.tar.bz2",
    }[kind]
    read = open_release(str(source), tmp_path)
    assert "matplotlib" in read_lock(read, str(source))["packages"]
    assert read("pyodide.js") == (official / "pyodide.js").read_bytes()


def test_what_was_downloaded_is_not_asked_for_again(web, tmp_path):
    open_release(web, tmp_path)("pyodide.js")
    kept = next(tmp_path.rglob("pyodide.js"))
    kept.write_bytes(b"kept")
    assert open_release(web, tmp_path)("pyodide.js") == b"kept"


def test_the_lab_gets_what_it_needs_and_no_more(official, tmp_path):
    folder = tmp_path / "out"
    assert write_pyodide(ROOT, str(official), folder)
    packages = json.loads((folder / LOCK).read_bytes())["packages"]
    assert "matplotlib" in packages["nncourse"]["depends"]
    assert {"cycler", "numpy", "ipywidgets"} <= set(packages)
    assert {name.replace("_", "-") for name in AT_START} <= set(packages)
    files = {entry["file_name"] for entry in packages.values()}
    assert {path.name for path in folder.iterdir()} == {*files, *RUNTIME, LOCK}
    for entry in packages.values():
        data = (folder / entry["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]


def test_the_small_release_cannot_draw(site, tmp_path):
    assert not write_pyodide(ROOT, "npm", tmp_path / "out")


def test_a_package_brings_what_it_needs():
    packages = {"a": ["B_b"], "b-b": ["c"], "c": ["a"], "d": []}
    listed = {name: {"depends": needs} for name, needs in packages.items()}
    assert list(closure(listed, ["a"])) == ["a", "b-b", "c"]


def test_a_release_that_does_not_fit_is_refused(official, tmp_path):
    lock = json.loads((official / LOCK).read_bytes())
    lock["info"]["version"] = "0.29.0"
    with pytest.raises(CourseError, match=r"0\.29\.0, the lab needs 0\.27"):
        read_lock(lambda name: json.dumps(lock).encode(), "here")


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(CourseError, match="is no release of Pyodide"):
        open_release(str(tmp_path), tmp_path / "cache")


def test_a_file_that_is_no_tarball_is_refused(tmp_path):
    path = tmp_path / "pyodide.tar.bz2"
    path.write_text("hello")
    with pytest.raises(CourseError, match="can't be unpacked"):
        open_release(str(path), tmp_path / "cache")


def test_the_core_alone_is_refused(official, tmp_path):
    read = open_release(str(official), tmp_path)
    with pytest.raises(CourseError, match="take the full release"):
        read("gone")


def test_a_server_that_has_it_not_is_named(web, tmp_path):
    with pytest.raises(CourseError, match=r"nothing\.bin can't be downloaded: .*404"):
        open_release(web, tmp_path)("nothing.bin")
    assert not list(tmp_path.rglob("nothing*"))


def test_the_same_sources_give_the_same_wheel(tmp_path):
    wheels = [build_wheel(ROOT, tmp_path / name) for name in ("one", "two")]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    names = zipfile.ZipFile(wheels[0]).namelist()
    assert "nnlib/__init__.py" in names
    assert not [name for name in names if name.startswith(("content/", "solutions/"))]

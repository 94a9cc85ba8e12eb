"""The files of the project: no private addresses or paths, exact pins, a syllabus."""

import csv
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Put together here, so that this file does not contain what it looks for.
HOSTS = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("registry", "npmjs", "org"),
    ("anaconda", "org"),
    ("download", "pytorch", "org"),
    ("crates", "io"),
    ("rubygems", "org"),
    ("proxy", "golang", "org"),
]
OPTIONS = ["index-url", "trusted-host", "find-links"]
ADDRESSES = re.compile(
    "|".join(
        [r"\b" + re.escape(".".join(parts)) + r"\b" for parts in HOSTS]
        + [rf"--(?:extra-)?{option}\b" for option in OPTIONS]
        + [r"https?://[^\s/'\"]*(?:artifactory|nexus|devpi)"]
    )
)
PATHS = re.compile(
    "|".join(
        [
            re.escape(str(ROOT)) + r"\b",
            r"/(?:work|srv|data|mnt)/(?:main|shared|checkout)\b",
            r"/(?:ho" + r"me|Us" + r"ers)/(?!jovyan\b|student\b)[a-z][\w-]*/",
            r"[A-Z]:\\\\?Us" + r"ers\b",
        ]
    )
)


def tracked() -> list[Path]:
    """Return the files that belong to the project."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listing.split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> dict[str, str]:
    """Return the text of every tracked text file by its name."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            name = path.relative_to(ROOT).as_posix()
            found[name] = content.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize("pattern", [ADDRESSES, PATHS], ids=["addresses", "paths"])
def test_no_private_addresses_or_paths(pattern):
    files = texts()
    assert len(files) > 50
    found = {
        name: match.group()
        for name, text in files.items()
        if (match := pattern.search(text))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (ADDRESSES, "https://" + "pypi." + "org/simple"),
        (ADDRESSES, "https://files." + "pythonhosted." + "org/x.whl"),
        (ADDRESSES, "pip install --" + "index-url https://example.org"),
        (PATHS, f"open('{ROOT}/x')"),
        (PATHS, "/ho" + "me/someone/course"),
    ],
)
def test_private_addresses_and_paths_would_be_noticed(pattern, text):
    assert pattern.search(text)


def test_constraints_pin_names_to_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert [p for p in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", p)] == []
    names = [re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins]
    assert sorted(set(names)) == sorted(names)


SYLLABUS = ROOT / "content" / "syllabus.csv"
COLUMNS = ["id", "topic", "lecture", "library", "assignment"]


def syllabus() -> list[dict[str, str]]:
    with SYLLABUS.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def test_the_syllabus_is_well_formed():
    rows = syllabus()
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) > 0
    for row in rows:
        assert None not in row.values(), f"{row['id']}: too few columns"
        assert None not in row, f"{row['id']}: too many columns"
        assert re.fullmatch(r"S\d-\d\d", row["id"]), row["id"]
        assert row["topic"].strip(), row["id"]
        for lecture in filter(None, row["lecture"].split(";")):
            assert re.fullmatch(r"L([1-9]|10)", lecture), row["id"]
        for assignment in filter(None, row["assignment"].split(";")):
            assert re.fullmatch(r"A([1-9]|10)", assignment), row["id"]

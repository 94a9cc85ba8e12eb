"""The numbers of a class report, as plain values for the page and for `--json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograder.reports.origins import Origins
from autograder.reports.records import Record, Task
from autograder.reports.similarity import similar_pairs
from autograder.reports.statistics import (
    SMALL_CLASS,
    cronbach_alpha,
    discriminations,
    histogram,
    mean,
)

SCHEMA_VERSION = 1


def summarise(
    assignment: str,
    tasks: Sequence[Task],
    records: Sequence[Record],
    origins: Origins | None = None,
) -> dict[str, Any]:
    """Compute the report of one assignment.

    Statistics of tasks are over those who handed something in: a missing submission
    says nothing of a task. `origins` is what answers are compared with.
    """
    present = [record for record in records if record.submitted]
    maximum = sum(task.points for task in tasks)
    table = [[r.scores.get(task.name, 0.0) for task in tasks] for r in present]
    fractions = [r.score / maximum for r in present] if maximum else []
    return {
        "schema": SCHEMA_VERSION,
        "assignment": assignment,
        "points": maximum,
        "known": len(records),
        "submitted": len(present),
        "mean": mean([record.score for record in present]),
        "histogram": histogram(fractions),
        "reliability": {
            "alpha": cronbach_alpha(table),
            "small_class": len(present) < SMALL_CLASS,
        },
        "tasks": _tasks(tasks, present, table),
        "mistakes": _mistakes(present),
        "checks": _checks(present),
        "similar": _similar(present, origins or Origins()),
        "students": [_student(record, maximum) for record in records],
    }


def _tasks(
    tasks: Sequence[Task], present: Sequence[Record], table: list[list[float]]
) -> list[dict[str, Any]]:
    separate = discriminations(table) or [None] * len(tasks)
    rows = []
    for number, task in enumerate(tasks):
        # An answer that waits for a person has no score yet.
        average = mean(
            [
                row[number]
                for row, record in zip(table, present, strict=True)
                if task.name not in record.manual
            ]
        )
        rows.append(
            {
                "name": task.name,
                "points": task.points,
                "mean": average,
                "difficulty": _share(average, task.points),
                "discrimination": separate[number],
                "blank": mean([float(task.name in r.blank) for r in present]),
            }
        )
    return rows


def _share(value: float | None, whole: float) -> float | None:
    return value / whole if value is not None and whole else None


def _mistakes(present: Sequence[Record]) -> list[dict[str, Any]]:
    counts = Counter(mistake for record in present for mistake in record.mistakes)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"task": task, "name": name, "say": hint, "students": count}
        for (task, name, hint), count in ordered
    ]


def _checks(present: Sequence[Record]) -> list[dict[str, Any]]:
    results: dict[tuple[str, str], list[bool]] = {}
    for record in present:
        for key, passed in record.checks.items():
            results.setdefault(key, []).append(passed)
    return [
        {
            "task": task,
            "check": check,
            "passed": sum(passed),
            "seen": len(passed),
            "remark": _remark(sum(passed), len(passed)),
        }
        for (task, check), passed in results.items()
    ]


def _similar(present: Sequence[Record], origins: Origins) -> list[dict[str, Any]]:
    work = {record.student: record.sources for record in present}
    everybody = {**work, **origins.others}
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "cells": [
                {
                    "cell": cell,
                    "similarity": round(similarity, 3),
                    "texts": [
                        everybody[who].get(cell, "")
                        for who in (pair.first, pair.second)
                    ],
                }
                for cell, similarity in pair.cells.items()
            ],
        }
        for pair in similar_pairs(work, origins.released, origins.others)
    ]


def _remark(passed: int, seen: int) -> str:
    if seen < 2:
        return ""
    return {0: "nobody passes", seen: "everybody passes"}.get(passed, "")


def _student(record: Record, maximum: float) -> dict[str, Any]:
    return {
        "student": record.student,
        "name": record.name,
        "score": record.score,
        "fraction": record.score / maximum if maximum else None,
        "penalty": record.penalty,
        "late_seconds": record.late_seconds,
        "seconds": record.seconds,
        "flags": _flags(record),
        "manual": record.manual,
        "links": record.links,
    }


def _flags(record: Record) -> list[str]:
    if not record.submitted:
        return ["nothing handed in"]
    told = {
        "not graded": not record.graded,
        "not readable": record.unreadable,
        "crashed": record.crashed,
        "timed out": record.timed_out,
        "repaired": record.repaired,
        "unsafe mode": record.unsafe,
        "late": record.late_seconds > 0,
        "waits for manual grading": record.manual,
    }
    return [flag for flag, is_so in told.items() if is_so]

"""Reads a submitted file as a notebook, however it came to be damaged.

Whatever can be read as a notebook is returned as a valid one, with only the fields that
the notebook format knows. For everything else there is a sentence that says why not.
"""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import nbbase

MAX_BYTES = 50_000_000
MAX_CELLS = 2_000

SWITCHES = ("collapsed", "scrolled", "deletable", "editable")
"""Metadata of a cell that are true or false, and harmless."""

_VALID_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VALID_TAG = re.compile(r"[^,]+")
_OUTPUT_TYPES = ("stream", "display_data", "execute_result", "error")


class Unreadable(Exception):
    """A submission is no notebook; the text of the error is for its student."""


def read_submission(path: Path, max_bytes: int = MAX_BYTES) -> NotebookNode:
    """Return the notebook in a file, mended to a valid one, or raise `Unreadable`."""
    return parse_submission(_read_bytes(path, max_bytes))


def parse_submission(content: bytes) -> NotebookNode:
    """Return the notebook in the bytes of a file, or raise `Unreadable`."""
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        data = json.loads(_decode(content))
    except RecursionError:
        raise Unreadable("the file nests too deeply to be a notebook") from None
    except ValueError as error:
        raise Unreadable(f"the file is not JSON ({str(error)[:120]})") from None
    if not isinstance(data, dict):
        raise Unreadable(f"the file holds a {type(data).__name__}, not a notebook")
    try:
        return _rebuild(_as_version_4(data))
    except RecursionError:
        raise Unreadable("the file nests too deeply to be a notebook") from None


def text_of(value: Any) -> str:
    """Join a multi-line string of a notebook; anything but text becomes nothing."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # Half a surrogate pair can stand in JSON but not in any file that is written later.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        info = path.stat()
        inside = path.resolve().is_relative_to(path.parent.resolve())
    except OSError as error:
        raise Unreadable(f"the file cannot be opened ({error.strerror})") from None
    # A pipe or a device would block or never end; a link may lead to another's work.
    if not stat.S_ISREG(info.st_mode) or not inside:
        raise Unreadable("the file is not a regular file of the submission")
    if info.st_size > max_bytes:
        raise Unreadable(
            f"the file has {info.st_size / 1e6:.0f} MB, at most "
            f"{max_bytes / 1e6:.0f} MB are read"
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"the file cannot be read ({error.strerror})") from None


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def _as_version_4(data: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook in major version 4, whatever number it claims to have."""
    if isinstance(data.get("cells"), list):
        return data
    if not isinstance(data.get("worksheets"), list):
        raise Unreadable("the file is JSON but no notebook: it has no list of cells")
    try:
        old = nbformat.reader.reads(json.dumps({"nbformat": 3, **data}))
        return nbformat.convert(old, 4)
    except Exception as error:  # any damage in a file of 2014 or before
        raise Unreadable(
            f"the file is a damaged notebook of format 3 ({type(error).__name__})"
        ) from None


def _rebuild(data: dict[str, Any]) -> NotebookNode:
    cells = data["cells"]
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"the notebook has {len(cells)} cells, at most {MAX_CELLS}")
    used: set[str] = set()
    rebuilt = [
        _rebuild_cell(cell, place, used)
        for place, cell in enumerate(cells)
        if isinstance(cell, dict)
    ]
    metadata = data.get("metadata")
    return nbbase.new_notebook(
        cells=rebuilt,
        metadata=_notebook_metadata(metadata if isinstance(metadata, dict) else {}),
    )


def _rebuild_cell(raw: dict[str, Any], place: int, used: set[str]) -> NotebookNode:
    metadata = raw.get("metadata")
    cell = NotebookNode(
        id=_fresh_id(raw.get("id"), place, used),
        cell_type=_cell_type(raw),
        metadata=_cell_metadata(metadata if isinstance(metadata, dict) else {}),
        source=text_of(raw.get("source")),
    )
    if cell.cell_type == "code":
        count = raw.get("execution_count")
        cell.execution_count = count if type(count) is int and count >= 0 else None
        outputs = raw.get("outputs")
        cell.outputs = _valid_outputs(outputs if isinstance(outputs, list) else [])
    elif isinstance(raw.get("attachments"), dict):
        cell.attachments = nbformat.from_dict(
            {
                text_of(name): {text_of(m): text_of(data) for m, data in bundle.items()}
                for name, bundle in raw["attachments"].items()
                if isinstance(bundle, dict)
            }
        )
    return cell


def _cell_metadata(raw: dict[str, Any]) -> NotebookNode:
    """Return what repair looks at; metadata of other tools may have any form."""
    kept: dict[str, Any] = {
        key: raw[key] for key in SWITCHES if isinstance(raw.get(key), bool)
    }
    tags = raw.get("tags")
    if isinstance(tags, list):
        names = [text_of(tag) for tag in tags if isinstance(tag, str)]
        kept["tags"] = [n for n in dict.fromkeys(names) if _VALID_TAG.fullmatch(n)]
    if isinstance(raw.get("nbgrader"), dict):
        kept["nbgrader"] = _plain(raw["nbgrader"])
    return nbformat.from_dict({**kept, **_ours(raw)})


def _notebook_metadata(raw: dict[str, Any]) -> NotebookNode:
    kernel = raw.get("kernelspec")
    plain = _plain(kernel) if isinstance(kernel, dict) else {}
    sound = all(isinstance(plain.get(key), str) for key in ("name", "display_name"))
    kept = {"kernelspec": plain} if sound else {}
    return nbformat.from_dict({**kept, **_ours(raw)})


def _ours(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what the grader noted: nbgrader reads a repaired notebook once more."""
    notes = raw.get("nncourse")
    return {"nncourse": notes} if isinstance(notes, dict) else {}


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields whose values are text, numbers, truth values or nothing."""
    return {
        text_of(key): text_of(value) if isinstance(value, str) else value
        for key, value in fields.items()
        if value is None or isinstance(value, str | int | float)
    }


def _cell_type(raw: dict[str, Any]) -> str:
    kind = raw.get("cell_type")
    if kind in ("code", "markdown", "raw"):
        return str(kind)
    return "code" if "outputs" in raw else "markdown"


def _fresh_id(wanted: Any, place: int, used: set[str]) -> str:
    """Return the cell's own id if it is valid and free, else one from its place."""
    name = str(wanted) if isinstance(wanted, str) else ""
    if not _VALID_ID.fullmatch(name) or name in used:
        name = f"cell-{place}"
        while name in used:
            name += "-copy"
    used.add(name)
    return name


def _valid_outputs(outputs: list[Any]) -> list[NotebookNode]:
    kept = []
    for raw in outputs:
        if not isinstance(raw, dict) or raw.get("output_type") not in _OUTPUT_TYPES:
            continue
        output = nbformat.from_dict(raw)
        if output.get("output_type") == "stream":
            output.text = text_of(output.get("text"))
        elif isinstance(output.get("data"), dict):
            output.data = NotebookNode(
                {
                    mime: text_of(value) if isinstance(value, list) else value
                    for mime, value in output.data.items()
                }
            )
        try:
            nbbase.validate(output, str(output.get("output_type")))
        except Exception:  # jsonschema has many kinds of refusal; all mean: drop it
            continue
        kept.append(output)
    return kept

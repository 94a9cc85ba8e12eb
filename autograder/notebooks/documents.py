"""What can be read in files, folders and archives, archives within archives too."""

import html
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

ZIPS = (".zip", ".whl")
TARS = (".tar", ".gz", ".tgz", ".bz2", ".xz")
PAGES = (".html", ".htm", ".svg", ".xml")
_SNIFFED = 8000


@dataclass(frozen=True)
class Document:
    """A file or a member of an archive: its name, and all that it tells."""

    name: str
    text: str


def documents(place: Path) -> Iterator[Document]:
    """Yield all that a reader of a file or folder may come to see.

    An archive's members follow it, named `archive!member`, and its comments count as
    documents. Files that are not text, as pictures, tell only their names.
    """
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file():
                name = path.relative_to(place).as_posix()
                yield from _documents(name, path.read_bytes())
    else:
        yield from _documents(place.name, place.read_bytes())


def readable_text(name: str, data: bytes) -> str:
    """Return what a file tells: as its readers see it, and as it is written."""
    written = data.decode("utf-8", errors="replace")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".ipynb":
        seen = "\n".join(_notebook_texts(nbformat.reads(written, as_version=4)))
    elif suffix in PAGES:
        seen = html.unescape(re.sub(r"<[^>]*>", "", written))
    else:
        seen = ""
    # In JSON and in scripts line ends and quotes are escaped.
    plain = written.replace("\\n", "\n").replace('\\"', '"')
    return f"{seen}\n{plain}"


def _documents(name: str, data: bytes) -> Iterator[Document]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in ZIPS and zipfile.is_zipfile(io.BytesIO(data)):
        yield from _zip_members(name, data)
    elif suffix in TARS and tarfile.is_tarfile(io.BytesIO(data)):
        yield from _tar_members(name, data)
    elif b"\0" in data[:_SNIFFED]:
        yield Document(name, "")
    else:
        yield Document(name, readable_text(name, data))


def _zip_members(name: str, data: bytes) -> Iterator[Document]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield Document(name, archive.comment.decode("utf-8", errors="replace"))
        for info in archive.infolist():
            member = f"{name}!{info.filename}"
            if info.comment or info.extra:
                remark = (info.comment + b"\n" + info.extra).decode("utf-8", "replace")
                yield Document(f"{member} (comment)", remark)
            if not info.is_dir():
                yield from _documents(member, archive.read(info))


def _tar_members(name: str, data: bytes) -> Iterator[Document]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        yield Document(name, json.dumps(archive.pax_headers))
        for info in archive:
            file = archive.extractfile(info)
            if file is not None:
                yield from _documents(f"{name}!{info.name}", file.read())


def _notebook_texts(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            for content in output.get("data", {}).values():
                yield content if isinstance(content, str) else json.dumps(content)

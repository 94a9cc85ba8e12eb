"""Everything that a worker needs to know of an assignment, as bytes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from autograder.execution.release import Markers, ReleasedCell, ReleasedNotebook
from autograder.execution.settings import Settings


@dataclass(frozen=True)
class Package:
    """The released notebooks, the instructor's data files and the settings."""

    assignment: str
    notebooks: Mapping[str, ReleasedNotebook]
    files: Mapping[str, bytes]
    settings: Settings
    catalogue: str = ""
    """The text of the assignment's mistakes, for the diagnosis of failed tests."""

    def of_one(self, notebook: str) -> Package:
        """What the result of one notebook depends on: not on where the course lies."""
        return replace(
            self,
            notebooks={notebook: self.notebooks[notebook]},
            settings=replace(self.settings, hide=()),
        )

    def to_bytes(self) -> bytes:
        """The same package gives the same bytes."""
        content = {
            "assignment": self.assignment,
            "notebooks": {name: asdict(nb) for name, nb in self.notebooks.items()},
            "files": {
                name: base64.b64encode(data).decode("ascii")
                for name, data in self.files.items()
            },
            "settings": self.settings.to_json(),
            "catalogue": self.catalogue,
        }
        return json.dumps(content, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Package:
        """The package that `to_bytes` wrote."""
        content = json.loads(data)
        return cls(
            content["assignment"],
            {name: _notebook(nb) for name, nb in content["notebooks"].items()},
            {name: base64.b64decode(text) for name, text in content["files"].items()},
            Settings.from_json(content["settings"]),
            content["catalogue"],
        )


def _notebook(data: dict[str, Any]) -> ReleasedNotebook:
    cells = tuple(
        ReleasedCell(**{**cell, "tags": tuple(cell["tags"])}) for cell in data["cells"]
    )
    pairs = tuple((begin, end) for begin, end in data["markers"]["pairs"])
    return ReleasedNotebook(
        cells=cells,
        kernelspec=data["kernelspec"],
        allow=None if data["allow"] is None else tuple(data["allow"]),
        plain_tags={text: tuple(tags) for text, tags in data["plain_tags"].items()},
        markers=Markers(pairs),
    )

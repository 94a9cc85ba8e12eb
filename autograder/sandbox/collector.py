"""The trusted side of outputs: checks what a session sends and puts it in order."""

from collections.abc import Callable
from typing import Any

from autograder.sandbox.policy import Limits

Output = dict[str, Any]

_MAX_DEPTH = 40
_SLACK_CHARACTERS = 100_000
_SLACK_OUTPUTS = 10


class OutputRefused(Exception):
    """A session sent what no honest session sends."""


class Displays:
    """All displays of a session with an id, for updates from later cells."""

    def __init__(self) -> None:
        self._by_id: dict[str, list[Output]] = {}

    def add(self, display_id: str, output: Output) -> None:
        """Remember an output under an id."""
        self._by_id.setdefault(display_id, []).append(output)

    def update(self, display_id: str, output: Output) -> int:
        """Change all outputs with this id, in place; return by how much they grew."""
        growth = 0
        for earlier in self._by_id.get(display_id, []):
            growth += _size(output["data"]) - _size(earlier["data"])
            earlier["data"] = output["data"]
            earlier["metadata"] = output["metadata"]
        return growth


class Collector:
    """Builds the outputs of one cell from a session's messages."""

    def __init__(
        self,
        limits: Limits,
        displays: Displays,
        on_output: Callable[[Output], None] | None = None,
    ):
        self.outputs: list[Output] = []
        self._displays = displays
        self._on_output = on_output
        self._clear_at_next = False
        # Inside, the same limits hold; more than that is sent only on purpose.
        self._most = 2 * (limits.output_bytes + limits.image_bytes) + _SLACK_CHARACTERS
        self._most_outputs = limits.output_count + _SLACK_OUTPUTS
        self._stored = 0

    def take(self, message: dict[str, Any]) -> None:
        """Add one ``output`` message."""
        kind = message.get("kind")
        if kind == "clear_output":
            self._clear_at_next = True
            if not message.get("wait"):
                self._clear()
            return
        output = _checked_output(message.get("output"))
        display_id = message.get("display_id")
        if kind == "update_display_data":
            if isinstance(display_id, str):
                self._grow(self._displays.update(display_id, output))
        elif kind == "output":
            self._grow(_size(output))
            self._add(output, display_id)
        else:
            raise OutputRefused("an output message of an unknown kind")

    def _add(self, output: Output, display_id: object) -> None:
        if self._clear_at_next:
            self._clear()
        last = self.outputs[-1] if self.outputs else {}
        if output.get("name", "") == last.get("name"):
            last["text"] += output["text"]
            return
        self.outputs.append(output)
        if isinstance(display_id, str):
            self._displays.add(display_id, output)
        if self._on_output is not None:
            self._on_output(output)

    def _clear(self) -> None:
        self._clear_at_next = False
        self.outputs.clear()
        self._stored = 0

    def _grow(self, size: int) -> None:
        self._stored += size
        if self._stored > self._most or len(self.outputs) > self._most_outputs:
            raise OutputRefused("more output than the limits allow")


def _checked_output(raw: object) -> Output:
    """Return a valid nbformat output with nothing in it that was not asked for."""
    if not isinstance(raw, dict):
        raise OutputRefused("an output that is not an object")
    kind = raw.get("output_type")
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(raw.get("text"))}
    if kind == "error":
        trace = raw.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list) else []
        return {
            "output_type": kind,
            "ename": _text(raw.get("ename")),
            "evalue": _text(raw.get("evalue")),
            "traceback": lines,
        }
    if kind not in ("display_data", "execute_result"):
        raise OutputRefused("an output of an unknown type")
    output: Output = {"output_type": kind, "data": _bundle(raw.get("data"))}
    output["metadata"] = _plain(raw.get("metadata") or {}, _MAX_DEPTH)
    if kind == "execute_result":
        count = raw.get("execution_count")
        output["execution_count"] = count if type(count) is int else None
    if not isinstance(output["metadata"], dict):
        raise OutputRefused("an output's metadata is not an object")
    return output


def _bundle(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise OutputRefused("a display without data")
    data = {}
    for mime, value in raw.items():
        is_json = mime == "application/json" or mime.endswith("+json")
        data[_text(mime)] = _plain(value, _MAX_DEPTH) if is_json else _text(value)
    return data


def _plain(value: object, depth: int) -> Any:
    """Rebuild JSON data; deep nesting would break whoever reads the notebook."""
    if depth == 0:
        raise OutputRefused("an output is nested too deeply")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_text(key): _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value)
    return value


def _text(value: object) -> str:
    """Return a string that can be written as UTF-8 (no lone surrogates)."""
    if isinstance(value, list):
        value = "".join(str(item) for item in value)
    text = value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(_size(item) + 1 for item in value)
    return 8

"""Which outputs stay in a committed notebook, and which outputs are refused.

Only text stays: no pictures, no tables in HTML, no widgets. A stored output is compared
with a new run on other machines, so nothing may be printed that differs there.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

DECIMALS = 3
TOO_MANY_DECIMALS = re.compile(rf"\d*\.\d{{{DECIMALS + 1},}}")
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
WIDGET = "application/vnd.jupyter.widget-view+json"

Output = dict[str, Any]


def reduce_outputs(outputs: Sequence[Output], number: int) -> list[Output]:
    """Return the text of the outputs of a cell that ran as number `number`."""
    kept: list[Output] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            _append_stream(kept, output)
        elif kind == "error":
            names = {key: output[key] for key in ("ename", "evalue")}
            kept.append({"output_type": kind, **names, "traceback": []})
        elif "text/plain" in output.get("data", {}):
            data = {"text/plain": _text(output["data"]["text/plain"])}
            made = {"output_type": kind, "data": data, "metadata": {}}
            if kind == "execute_result":
                made["execution_count"] = number
            kept.append(made)
    return kept


def find_faults(outputs: Sequence[Output], root: Path) -> Iterator[str]:
    """Yield why the outputs of a checked cell can't be stored."""
    texts = [text for output in reduce_outputs(outputs, 0) for text in _texts(output)]
    if not any(text.strip() for text in texts):
        yield "a checked cell shows no text: print a result or drop the tag"
    if any(WIDGET in output.get("data", {}) for output in outputs):
        yield "a checked cell shows a widget: give the printed result its own cell"
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] == "stderr":
            line = _text(output["text"]).strip().split("\n")[0]
            yield f"a checked cell writes to stderr: {line!r}; mend the cause"
    places = [str(place) for place in (root, Path.home()) if len(place.parts) > 1]
    for text in texts:
        yield from _unstable(text, places)


def _unstable(text: str, places: Sequence[str]) -> Iterator[str]:
    number = TOO_MANY_DECIMALS.search(text)
    if number:
        yield (
            f"{number.group()} is shown in a checked cell: print at most {DECIMALS} "
            f"decimals, as in f'{{value:.{DECIMALS}f}}'"
        )
    address = ADDRESS.search(text)
    if address:
        yield f"{address.group()}, an address in memory, is shown: it differs each run"
    if any(place in text for place in places):
        yield "a path of this machine is shown in a checked cell: print names only"


def _append_stream(kept: list[Output], output: Output) -> None:
    """Add printed text; a run cuts the same text into pieces as it likes."""
    text = _text(output["text"])
    last = kept[-1] if kept else {}
    if (last.get("output_type"), last.get("name")) == ("stream", output["name"]):
        last["text"] += text
    else:
        kept.append({"output_type": "stream", "name": output["name"], "text": text})


def _texts(output: Output) -> Iterator[str]:
    if output["output_type"] == "stream":
        yield output["text"]
    elif output["output_type"] == "error":
        yield f"{output['ename']}: {output['evalue']}"
    else:
        yield output["data"]["text/plain"]


def _text(value: str | list[str]) -> str:
    """The notebook format allows a text to be a list of its lines."""
    return value if isinstance(value, str) else "".join(value)

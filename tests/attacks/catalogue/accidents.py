"""Honest work with bad luck: it keeps its points."""

import json

from attack_kit import FULL, HONEST, Attack, cell_named, code, text


def encoded(encoding, mark=b""):
    return lambda nb: mark + json.dumps(nb).encode(encoding)


def without_newlines(nb):
    raw = json.loads(json.dumps(nb))
    for cell in raw["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(raw, indent=1).replace("\n", "\r\n").encode()


def empty_cells(nb):
    nb.cells = [c for cell in nb.cells for c in (code(""), cell, text(""))]


def stripped(nb):
    """An editor that drops what it does not know, but keeps the ids."""
    for cell in nb.cells:
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        cell.metadata.clear()


def own(**answers):
    return {"honest": True, "answers": answers}


ATTACKS = [
    Attack("warning", "a warning of NumPy in the tested function",
           **own(energy="import warnings\ndef energy(x):\n"
                 "    np.array([1.0]) / 0.0\n    warnings.warn('careful')\n"
                 "    return float(np.sum(x**2))")),
    Attack("stderr", "debug prints on standard error, also past Python's streams",
           **own(energy="import os, sys\ndef energy(x):\n"
                 "    print('debug', x, file=sys.stderr)\n    os.write(2, b'raw')\n"
                 "    return float(np.sum(x**2))")),
    Attack("prints", "debug prints, numbers among them",
           **own(relu="def relu(s):\n    print(0.0)\n    return max(s, 0.0)")),
    Attack("logging", "logging in the tested function",
           **own(relu="import logging\nlogging.basicConfig(level=10)\n"
                 "def relu(s):\n    logging.error('s = %s', s)\n"
                 "    return max(s, 0.0)")),
    Attack("numpy_scalars", "answers that are NumPy's own numbers",
           **own(relu="def relu(s): return np.float64(max(s, 0.0))",
                 energy="def energy(x): return np.sum(x**2)")),
    Attack("single_precision", "a zero-dimensional array and float32",
           **own(relu="def relu(s): return np.array(max(s, 0.0), np.float32)")),
    Attack("half_right", "partial credit",
           **own(relu="def relu(s): return s"), earns={"test_relu": 1.0}),
    Attack("one_check", "one of two checks of a Rubric",
           **own(momentum="class Momentum:\n"
                 "    velocity = 0.0\n"
                 "    def __init__(self, lr, beta): self.lr = lr\n"
                 "    def step(self, w, dw): return w - self.lr * dw"),
           earns={"test_momentum": 1.0}),
    Attack("plots", "figures and plt.show in answers and in tested functions",
           **own(plot="import matplotlib.pyplot as plt\n"
                 "plt.plot([1, 2]); plt.show()",
                 energy="import matplotlib.pyplot as plt\ndef energy(x):\n"
                 "    plt.plot(x); plt.show()\n    return float(np.sum(x**2))")),
    Attack("input", "a question to somebody who is not there",
           **own(plot="name = input('Who are you? ')")),
    Attack("exit", "exit(), quit() and sys.exit",
           **own(plot="import sys\nexit()", why="exit()"), last="sys.exit(1)"),
    Attack("endless_loop", "one function that never ends",
           **own(relu="def relu(s):\n    while True: pass", plot="1"),
           earns={"test_relu": 0.0}),
    Attack("endless_cell", "one cell that never ends",
           **own(plot="while True: pass")),
    Attack("endless_recursion", "one function that calls itself for ever",
           **own(relu="def relu(s): return relu(s)", plot="1"),
           earns={"test_relu": 0.0}),
    Attack("syntax_error", "one answer that is no Python",
           **own(relu="def relu(s:\n  return"), earns={"test_relu": 0.0}),
    Attack("tabs", "tabs, form feeds and a missing last line",
           **own(relu="def relu(s):\n\tif s > 0:\n\t\treturn s\n\x0c\n\treturn 0.0")),
    Attack("unicode", "names and texts in many scripts",
           **own(energy="def energy(x):\n    größe, Δ, 変数 = x, '💥', 2\n"
                 "    print(Δ, '\\ud800'.encode('utf-8', 'replace'))\n"
                 "    return float(np.sum(größe**変数))", why="Wegen ∞ — تجاوز 💥")),
    Attack("empty_cells", "empty cells everywhere", honest=True, edit=empty_cells),
    Attack("own_cells", "cells of one's own, with errors", honest=True,
           first="1/0", last="undefined_name"),
    Attack("imports_late", "imports below the test that needs them, as in any kernel",
           **own(relu="def relu(s): return float(numpy.maximum(s, 0))"),
           last="import numpy", earns={"test_relu": 0.0}),
    Attack("own_star_import", "names of libraries overwritten by accident",
           honest=True, first="from math import *\nfrom random import *\nsum = 3",
           answers={"plot": "max, np = 5, 6"}),
    Attack("seeded", "random numbers, seeded and not", honest=True,
           first="import random\nimport numpy as np\nnp.random.seed(1)",
           answers={"plot": "print(np.random.rand(), random.random())"}),
    Attack("renamed", "the browser renamed the file", honest=True,
           notebook="nn (2).ipynb"),
    Attack("byte_order_mark", "an editor put a byte order mark in front", honest=True,
           edit=encoded("utf-8", b"\xef\xbb\xbf")),
    Attack("utf_16", "an editor saved it as UTF-16", honest=True,
           edit=encoded("utf-16")),
    Attack("windows", "Windows line ends, sources as lists", honest=True,
           edit=without_newlines),
    Attack("stripped", "an editor dropped all metadata", honest=True, edit=stripped),
    Attack("blank", "the notebook as it was handed out"),
    Attack("no_file", "only a note", content=b"see my mail", notebook="note.txt"),
    Attack("empty_file", "an empty file", content=b""),
    Attack("half_file", "half a file", content=b'{"cells": [{"cell_type": "code",'),
    Attack("other_format", "a PDF by the name of a notebook",
           content=b"%PDF-1.7\n" + bytes(range(256)) * 50),
    Attack("deep_json", "brackets only", content=b"[" * 200_000),
    Attack("deep_metadata", "metadata nested too deeply to be copied",
           content=b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": '
           + b'{"a":' * 3000 + b"1" + b"}" * 3001),
    Attack("async", "top-level await and background tasks", honest=True,
           first="import asyncio\nawait asyncio.sleep(0)\n"
           "task = asyncio.ensure_future(asyncio.sleep(99))"),
    Attack("magics", "magics and shell lines", honest=True,
           first="%matplotlib inline\n%timeit -n1 -r1 1\n!ls\n%pip list"),
    Attack("pool", "a pool of processes that is never closed", honest=True,
           answers={"plot": "import multiprocessing\n"
                    "pool = multiprocessing.Pool(2)\nprint(pool.map(abs, [-1, 2]))"}),
    Attack("answer_elsewhere", "the answer stands in a cell of one's own", honest=True,
           edit=lambda nb: _move(nb, "relu")),
]  # fmt: skip


def _move(nb, name):
    cell = cell_named(nb, name)
    place = nb.cells.index(cell)
    nb.cells.insert(place + 1, code(cell.source))
    cell.source = ""


assert set(HONEST) > {name.removeprefix("test_") for name in FULL}

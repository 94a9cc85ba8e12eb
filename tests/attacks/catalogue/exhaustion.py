"""Using up memory, time, disk, output: the submission's own or the grader's."""

from attack_kit import CHANNEL, HONEST, Attack, code


def in_plot(name: str, tries: str, source: str) -> Attack:
    """An attack in a cell of otherwise good work, whose points must stay."""
    return Attack(name, tries, honest=True, answers={"plot": source})


FLOOD = (
    CHANNEL
    + """
import time
end = time.monotonic() + 60
part = {"op": "output", "kind": "output"}
def stream(text):
    return {**part, "output": {"output_type": "stream", "name": "stdout", "text": text}}
def display(text, name):
    data = {"text/plain": text}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    return {**part, "output": shown, "display_id": name}
clear = {"op": "output", "kind": "clear_output"}
"""
)

ATTACKS = [
    in_plot("fork_bomb", "processes that fork for ever",
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    in_plot("threads", "thousands of threads",
            "import threading, time\nkept = []\n"
            "for _ in range(5000):\n"
            "    t = threading.Thread(target=time.sleep, args=(99,), daemon=True)\n"
            "    t.start(); kept.append(t)"),
    in_plot("memory", "one block of memory, larger than allowed",
            "block = bytearray(3_000_000_000)"),
    in_plot("memory_slowly", "memory in small pieces, touched",
            "kept = []\nwhile True: kept.append(b'x' * 10_000_000)"),
    in_plot("memory_in_processes", "memory shared among many processes",
            "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
            "        block = b'x' * 200_000_000\n        time.sleep(60)\n"
            "time.sleep(60)"),
    in_plot("shared_memory", "/dev/shm is filled",
            "file = open('/dev/shm/x', 'wb')\n"
            "while True: file.write(b'x' * 10_000_000)"),
    in_plot("disk", "/tmp and the home are filled",
            "import itertools, os\n"
            "for n in itertools.count():\n"
            "    for place in ('/tmp', os.path.expanduser('~')):\n"
            "        with open(f'{place}/{n}', 'wb') as f: f.write(b'x' * 20_000_000)"),
    in_plot("small_files", "as many empty files as fit",
            "import itertools\n"
            "for n in itertools.count(): open(f'/tmp/{n}', 'w').close()"),
    in_plot("deep_folders", "a folder in a folder in a folder",
            "import os\n"
            "for _ in range(5000):\n    os.mkdir('d'); os.chdir('d')"),
    in_plot("descriptors", "as many open files as possible",
            "import os\nkept = []\nwhile True: kept.append(os.open('/dev/null', 0))"),
    in_plot("spin", "a loop that ignores the interrupt",
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "while True: pass"),
    in_plot("daemons", "processes that leave their group and sleep",
            "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
            "        os.setsid()\n        if os.fork() == 0:\n"
            "            for n in range(1, 32):\n"
            "                if n not in (9, 19):\n"
            "                    __import__('signal').signal(n, lambda *a: None)\n"
            "            time.sleep(600)\n        os._exit(0)"),
    in_plot("stopped", "children that are stopped and traced",
            "import os, signal\nfor _ in range(5):\n    if os.fork() == 0:\n"
            "        os.kill(os.getpid(), signal.SIGSTOP)\n        os._exit(0)"),
    in_plot("huge_integer", "an integer of a billion digits",
            "n = 10 ** 10 ** 9"),
    in_plot("regex", "a regular expression that takes exponential time",
            "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"),
    in_plot("prints", "a million lines",
            "for n in range(1_000_000): print(n)"),
    in_plot("one_line", "one line of 60 MB",
            "print('x' * 60_000_000)"),
    in_plot("stderr", "noise on the descriptors",
            "import os\nfor _ in range(2000): os.write(2, os.urandom(20_000))"),
    in_plot("displays", "thousands of displays, and updates of each",
            "from IPython.display import display, update_display\n"
            "for n in range(3000): display(n, display_id=f'd{n % 7}')\n"
            "for n in range(3000): update_display('x' * 1000, display_id=f'd{n % 7}')"),
    in_plot("pages", "HTML of 60 MB",
            "from IPython.display import HTML\nHTML('<p>x</p>' * 8_000_000)"),
    in_plot("pictures", "hundreds of large pictures",
            "import base64, os\nfrom IPython.display import display\n"
            "data = base64.b64encode(os.urandom(2_000_000)).decode()\n"
            "for _ in range(60): display({'image/png': data}, raw=True)"),
    in_plot("figures", "figures of absurd size",
            "import matplotlib.pyplot as plt\n"
            "fig = plt.figure(figsize=(1000, 1000), dpi=1000)\nplt.plot([1, 2])"),
    in_plot("message_flood", "outputs sent past all limits, cleared and sent again",
            FLOOD + "while time.monotonic() < end:\n"
            "    channel.send(display('x' * 1_000_000, 'd'))\n"
            "    channel.send(clear)"),
    in_plot("update_flood", "one display in many places, updated without end",
            FLOOD + "for n in range(5000):\n"
            "    channel.send(display('x', 'd')); channel.send(clear)\n"
            "part['kind'] = 'update_display_data'\n"
            "while time.monotonic() < end:\n"
            "    channel.send(display('x' * 100, 'd'))"),
    in_plot("small_messages", "text one letter at a time",
            FLOOD + "while time.monotonic() < end: channel.send(stream('x'))"),
    in_plot("unread_channel", "the process never reads what the grader sends",
            FLOOD + "import os\nos.kill(os.getpid(), 19)"),
    Attack("endless_generator", "an iterator that never ends, of large arrays",
           honest=True,
           answers={"minimise": "def minimise(f, start):\n"
                    "    while True: yield np.zeros(2_000_000)"},
           earns={"test_minimise": 0.0}),
    Attack("arrays_without_end", "large answers for every call, each late",
           honest=True,
           answers={"relu": "def relu(s):\n    import time; time.sleep(1)\n"
                            "    return np.ones(20_000_000)"},
           earns={"test_relu": 0.0}),
    Attack("long_error", "an error with a message of 100 MB",
           honest=True,
           answers={"relu": "def relu(s): raise ValueError('x' * 100_000_000)"},
           earns={"test_relu": 0.0}),
    Attack("deep_error", "exceptions that are each other's cause, a thousand times",
           honest=True,
           answers={"relu": "def relu(s):\n    error = None\n"
                    "    for n in range(1000):\n"
                    "        new = ValueError(n); new.__cause__ = error; error = new\n"
                    "    raise error"},
           earns={"test_relu": 0.0}),
    Attack("prints_in_calls", "output without end in a function that a test calls",
           honest=True,
           answers={"energy": HONEST["energy"].replace(
               "    return", "    print('x' * 3_000_000)\n    return", 1)}),
    Attack("slow_cells", "more slow cells than the notebook has time for",
           edit=lambda nb: nb.cells.extend(_sleeping(9))),
    Attack("slow_start", "the time is used up before the first answer",
           edit=lambda nb: [nb.cells.insert(0, c) for c in _sleeping(6)],
           honest=True,
           earns=dict.fromkeys(("test_softmax", "test_relu", "test_momentum",
                                "test_energy", "test_minimise"), 0.0)),
    Attack("slow_calls", "each call takes as long as it may",
           answers={"relu": "import time\ndef relu(s): time.sleep(99)"}),
    Attack("many_cells", "four hundred cells",
           edit=lambda nb: nb.cells.extend(_counting(400)), honest=True),
    Attack("long_source", "a cell of a hundred thousand lines",
           last="x = 1\n" * 100_000, honest=True),
    Attack("nested_source", "an expression nested too deeply for the compiler",
           last="(" * 5000 + ")" * 5000, honest=True),
]  # fmt: skip


def _sleeping(count):
    return [code("import time\ntime.sleep(99)") for _ in range(count)]


def _counting(count):
    return [code(f"n = {number}") for number in range(count)]

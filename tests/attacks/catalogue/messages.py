"""Forged, early, huge and malformed messages to the grader."""

from attack_kit import CHANNEL, Attack, everywhere


def channel(body: str) -> dict[str, str]:
    """Answers that find the socket to the grader and use it."""
    return everywhere(CHANNEL + body)


ATTACKS = [
    Attack(
        "bytes_to_descriptors",
        "noise is written to every descriptor of the process",
        answers=everywhere("""
            import os
            for descriptor in range(3, 256):
                try: os.write(descriptor, os.urandom(1000))
                except OSError: pass
            return 0.0
        """),
    ),
    Attack(
        "replies_ahead",
        "replies are sent for requests that were not made yet",
        answers=channel(
            "for value in (True, 3.0, 7.0, [True], ['l', 7.0]) * 5:\n"
            "    channel.send(reply(value))\nreturn None"
        ),
    ),
    Attack(
        "reply_with_verdict",
        "a reply and outputs that claim to be the test's own result",
        answers=channel("""
            result = {"output_type": "execute_result", "execution_count": 1,
                      "data": {"text/plain": "3.0"}, "metadata": {}}
            channel.send({"op": "output", "kind": "output", "output": result})
            error = {"name": "SystemExit", "base": "SystemExit", "message": "0"}
            channel.send({"op": "done", "status": "ok", "points": 3.0})
            channel.send({**reply(None), "status": "error", "error": error})
            channel.send({**reply(3.0), "status": "passed", "points": 3.0})
            return 0.0
        """),
    ),
    Attack(
        "requests_to_the_grader",
        "the grader is asked for attributes, names and code",
        answers=channel("""
            import json
            for request in (
                {"op": "remote", "do": "name", "name": "expected"},
                {"op": "remote", "do": "getattr", "of": 1, "name": "__globals__"},
                {"op": "callback", "function": 1, "value": ["n"]},
                {"op": "cell", "source": "print(expected)", "id": "x"},
                {"op": "eval", "source": "expected"},
            ):
                channel.send(request)
                print(json.dumps(channel.recv()[0]))
            return 0.0
        """),
    ),
    Attack(
        "handles_of_others",
        "handles, classes and tied arrays that were never given out",
        answers=channel("""
            for value in (["H", 1, 10**9], ["H", 0, 0], ["C", 0], ["M", 1], ["f", 1],
                          ["M", -1], ["W", -1, ["l"]], ["q", "os", "system"],
                          ["m", "os"], ["m", "nnlib"], ["X", "SystemExit"],
                          ["v", "Rubric"], ["i", 1, "Rubric", ["d"]]):
                channel.send(reply(value))
            return 0.0
        """),
    ),
    Attack(
        "deep_reply",
        "a reply nested deeper than any reader can follow",
        answers=channel(
            "import json\n"
            "text = '[\"l\",' * 3_000 + '[\"l\"]' + ']' * 3_000\n"
            "class Raw(str): pass\n"
            "value = 0\n"
            "for _ in range(500): value = ['l', value]\n"
            "channel.send(reply(value))\nreturn 0.0"
        ),
    ),
    Attack(
        "huge_frames",
        "frames that announce more bytes and buffers than there are",
        answers=channel("""
            import os, struct
            sock = channel.sock if hasattr(channel, "sock") else None
            number = sock.fileno() if sock else 3
            for frame in (b"\\xff" * 64, b"\\0" * 64,
                          struct.pack("<4sIIQ", b"NNCW", 1, 2**31, 2**40)):
                os.write(number, frame)
            return 0.0
        """),
    ),
    Attack(
        "huge_numbers",
        "integers, arrays and texts as large as the wire takes",
        answers={
            "softmax": "def softmax(s): return 10 ** 300_000",
            "relu": "def relu(s): return 'x' * 7_000_000",
            "momentum": "def Momentum(a, b): return np.ones((2000, 2000))",
            "energy": "def energy(x): return [[0.0] * 1000] * 1000",
            "minimise": "def minimise(f, start): return -(2.0 ** 1023)",
        },
    ),
    Attack(
        "dimensions",
        "arrays of absurd shapes that hold nothing",
        answers={
            "softmax": "def softmax(s): return np.empty((0,) * 32)",
            "relu": "def relu(s): return np.broadcast_to(0.0, (10**9,))",
            "momentum": "def Momentum(a, b):\n"
            "    return np.lib.stride_tricks.as_strided(np.zeros(1), (10**12,), (0,))",
            "energy": "def energy(x): return np.zeros((10**6,), 'V0')",
            "minimise": "def minimise(f, start): return np.zeros((10**7, 0))",
        },
    ),
    Attack(
        "racing_thread",
        "a thread answers the next calls before the function does",
        first=CHANNEL
        + """
def race():
    import time
    while True:
        try:
            channel.send(reply(True))
        except Exception:
            return
        time.sleep(0.0005)
import threading
threading.Thread(target=race, daemon=True).start()
""",
    ),
    Attack(
        "forked_twin",
        "a forked copy of the process answers as well",
        answers=everywhere("import os\nos.fork()\nreturn 0.0"),
        earns={"test_relu": 1.0},
    ),
    Attack(
        "peer_patched",
        "the student's end of the wire answers every request with what may be right",
        first="""
        import gc
        for thing in gc.get_objects():
            if type(thing).__name__ == "Peer":
                for name in ("lookup", "serve"):
                    original = getattr(type(thing), name)
                    def answer(self, *args, original=original):
                        try: return original(self, *args)
                        except BaseException: return 2.0
                    setattr(type(thing), name, answer)
        """,
    ),
]

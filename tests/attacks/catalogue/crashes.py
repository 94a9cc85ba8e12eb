"""Ending the process, or trying to end more than it. Earned points are kept."""

from attack_kit import HONEST, NOTHING, Attack

DIE = {
    "exit": "import os; os._exit(0)",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "stop": "import os; os.kill(os.getpid(), 19)",
    "overflow": "import ctypes\n"
    "F = ctypes.CFUNCTYPE(None)\n"
    "def again(): F(again)()\n"
    "import sys; sys.setrecursionlimit(10**9); again()",
    "closes_everything": "import os; os.closerange(0, 256)",
    "kills_everything": "import os; os.kill(-1, 9)",
}
BEFORE = {"test_softmax": 3.0, "test_relu": 2.0}

ATTACKS = [
    Attack(
        "exit_first",
        "the process ends in the first cell",
        first=DIE["exit"],
        honest=True,
    ),
    *(
        Attack(
            f"{name}_between",
            f"the process dies in a cell between answers: {source.splitlines()[0]}",
            honest=True,
            answers={"plot": source},
        )
        for name, source in DIE.items()
    ),
    *(
        Attack(
            f"{name}_in_a_call",
            "the process dies while a test calls it; the other tests count",
            honest=True,
            answers={
                "momentum": f"{HONEST['momentum']}\n"
                "def die(*args):\n    "
                + source.replace("\n", "\n    ")
                + "\nMomentum.step = die"
            },
            earns={"test_momentum": 0.0},
        )
        for name, source in DIE.items()
        if name in ("exit", "segfault", "kills_everything")
    ),
    Attack(
        "exit_after_passed",
        "points of tests that passed are kept when the process dies later",
        answers={
            "softmax": HONEST["softmax"],
            "relu": HONEST["relu"],
            "momentum": "import os\nos._exit(0)",
        },
        earns=BEFORE,
    ),
    Attack(
        "every_cell_dies",
        "each cell ends its process",
        answers=dict.fromkeys(
            ("softmax", "relu", "momentum", "energy", "minimise"), DIE["kill"]
        ),
    ),
    Attack(
        "parents_killed",
        "signals to process 1, to the parent and to the group",
        honest=True,
        answers={
            "plot": """
        import os, signal
        for target in (1, os.getppid(), 0x7FFFFFFF):
            for name in ("KILL", "STOP", "TERM", "INT", "HUP", "SEGV"):
                try: os.kill(target, getattr(signal, "SIG" + name))
                except OSError: pass
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        """
        },
    ),
    Attack(
        "dies_when_run_again",
        "a cell that ends the process only when it is replayed",
        honest=True,
        first="""
        import os
        os.makedirs("/tmp/again", exist_ok=True)
        if os.path.exists("again"): os._exit(1)
        """,
        answers={"plot": DIE["exit"]},
    ),
    Attack(
        "refuses_the_interrupt",
        "a function that swallows interrupts and never ends",
        honest=True,
        answers={
            "minimise": """
        import time
        def minimise(f, start):
            while True:
                try: time.sleep(60)
                except BaseException: pass
        """
        },
        earns={"test_minimise": 0.0},
    ),
]
assert set(BEFORE) <= set(NOTHING)

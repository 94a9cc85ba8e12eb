"""Ways from the student's process into the grader's: objects, frames, callbacks."""

from attack_kit import Attack, everywhere

ATTACKS = [
    Attack(
        "objects_walk",
        "tests, expected values and the Rubric are looked for among all objects",
        answers=everywhere("""
            import gc, sys
            for thing in gc.get_objects():
                try:
                    if type(thing) is dict:
                        for name in ("expected", "truth", "goal", "told"):
                            if name in thing:
                                print(name, thing[name])
                    elif type(thing).__name__ in ("Rubric", "Check"):
                        thing.passed = True
                        print(thing, vars(thing))
                except Exception:
                    pass
            return None
        """),
    ),
    Attack(
        "frames_walk",
        "the variables of all callers are read and set",
        answers=everywhere("""
            import sys
            frame = sys._getframe()
            while frame is not None:
                for room in (frame.f_locals, frame.f_globals):
                    for name in ("expected", "truth", "goal", "told", "passed"):
                        if name in room:
                            print(name, room[name])
                            room[name] = 0.0
                frame = frame.f_back
            return None
        """),
    ),
    Attack(
        "callback_globals",
        "from the function that the test passes to its globals, closure and code",
        answers={
            "minimise": """
            found = []
            def minimise(f, start):
                for name in ("__globals__", "__closure__", "__code__", "__self__",
                             "__wrapped__", "__defaults__", "__func__", "__dict__",
                             "__builtins__", "gi_frame", "_function", "args"):
                    value = getattr(f, name, None)
                    found.append((name, str(value)[:3000]))
                    for part in value or () if name == "__closure__" else ():
                        found.append(str(part.cell_contents)[:3000])
                room = getattr(f, "__globals__", {})
                return room.get("goal", room.get("found", 0.0))
            """
        },
        last="print(found)",
    ),
    Attack(
        "callback_traceback",
        "the frames of an exception that the test's function raised",
        answers={
            "minimise": """
            caught = []
            def minimise(f, start):
                for wrong in ("text", None, [], {}, object(), f):
                    try:
                        f(wrong)
                    except BaseException as error:
                        caught.append(repr((error, error.args, vars(error))))
                        for link in (error, error.__cause__, error.__context__):
                            frames = getattr(link, "__traceback__", None)
                            while frames is not None:
                                caught.append(str(frames.tb_frame.f_locals)[:2000])
                                if "goal" in frames.tb_frame.f_globals:
                                    return frames.tb_frame.f_globals["goal"]
                                frames = frames.tb_next
                return 0.0
            """
        },
        last="print(caught)",
    ),
    Attack(
        "callback_flood",
        "the test's function is called without end and from many threads",
        answers={
            "minimise": """
            import threading
            def minimise(f, start):
                def call():
                    while True:
                        try: f(1.0)
                        except Exception: pass
                for _ in range(4):
                    threading.Thread(target=call, daemon=True).start()
                call()
            """
        },
    ),
    Attack(
        "callback_recursion",
        "the test's function is given itself and odd arguments",
        answers={
            "minimise": """
            def minimise(f, start):
                def back(x, depth=[0]):
                    depth[0] += 1
                    return f(back) if depth[0] < 100 else f(f)
                for call in (lambda: back(0), lambda: f(f), lambda: f(*[1] * 99),
                             lambda: f(goal=1), lambda: f(**{"x": 1, "": 2})):
                    try: call()
                    except BaseException as error: print(type(error))
                return 0.0
            """
        },
    ),
]

"""Student code that tries to reach or mislead the grader."""

import os
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.execution.remote import (
    Link,
    RemoteError,
    StudentGone,
    allowance,
    is_remote,
)
from autograder.sandbox.inside.arrays import Unsendable
from autograder.sandbox.inside.codec import Writer

REFUSED = (
    "broke the protocol",
    "asked for something other than a call",
    "sent a malformed",
    "ended",
)


# The first attempt of all: from a function argument to this process's eval.


def test_a_functions_globals_are_not_the_graders(student):
    link = student(
        """
        import os
        def escape(f):
            room = f.__globals__["__builtins__"]
            run = room["eval"] if isinstance(room, dict) else room.eval
            return run("__import__('os').getpid()"), os.getpid()
        def parts(f):
            return [type(c.cell_contents).__name__ for c in f.__closure__ or ()]
        """
    )
    secret = "the expected value"
    reached, inside = link.lookup("escape")(lambda x: secret)
    assert reached == inside != os.getpid()
    kinds = link.lookup("parts")(lambda x: secret)
    assert set(kinds) <= {"int", "Peer", "function"}


FORGED_REQUESTS = [
    {"op": "getattr", "of": 1, "name": "__globals__"},
    {"op": "remote", "do": "getattr", "of": 1, "name": "__globals__"},
    {"op": "remote", "do": "name", "name": "secret"},
    {"op": "eval", "source": "1"},
    {"op": None},
    {},
]
FORGED_CALLS = [
    {"function": "eval"},
    {"function": None},
    {"function": 10**6},
    {"function": -1},
    {"function": True},
    {"function": [1]},
    {"function": {"__class__": 1}},
    {"function": 1.0},
    {},
]
FORGED_ARGUMENTS = [
    None,
    1,
    ["l", ["t"]],
    ["l", ["t"], ["l"]],
    ["l", ["t"], ["d", 1, 2]],
    ["l", ["l"], ["d"]],
    ["t", ["t", ["M", 999]], ["d"]],
    ["t", ["t", ["f", 999]], ["d"]],
    ["t", ["t", ["H", 1, 999]], ["d"]],
    ["t", ["t", ["q", "os", "system"]], ["d"]],
    ["t", ["t", ["v", "secret"]], ["d"]],
    ["t", ["t", ["i", 5, "Parameter", ["d"]]], ["d"]],
    ["t", ["t", ["C", 999]], ["d"]],
]
ATTACK = """
    import json
    def attack(f, message):
        _channel.send(json.loads(message))
        header, buffers = _channel.recv()
        return json.dumps(header)
"""


@pytest.mark.parametrize("message", FORGED_REQUESTS, ids=str)
def test_requests_to_the_grader_end_the_session(student, message):
    import json

    link = student(ATTACK)
    with pytest.raises(StudentGone):
        link.lookup("attack")(lambda: "secret", json.dumps(message))
    assert link.gone


@pytest.mark.parametrize("message", FORGED_CALLS, ids=str)
def test_only_exported_functions_are_called(student, message):
    import json

    link = student(ATTACK)
    full = {"op": "callback", "classes": [], "changes": [], **message}
    full["value"] = ["t", ["t"], ["d"]]
    answer = link.lookup("attack")(lambda: "secret", json.dumps(full))
    answer = json.loads(answer)
    assert answer["status"] == "error"
    assert "secret" not in str(answer)


@pytest.mark.parametrize("value", FORGED_ARGUMENTS, ids=str)
def test_forged_arguments_end_the_session(student, value):
    import json

    calls = []
    link = student(ATTACK)
    message = {"op": "callback", "function": 1, "value": value}
    message |= {"classes": [], "changes": []}
    with pytest.raises(StudentGone):
        link.lookup("attack")(calls.append, json.dumps(message))
    assert calls == []


def test_a_function_is_withdrawn_when_its_call_is_over(student):
    link = student(
        """
        kept = []
        def keep(f): kept.append(f); return f(1)
        def use(): return kept[0](2)
        def hold(f): return lambda: f(3)
        """
    )
    calls = []
    assert link.lookup("keep")(lambda x: calls.append(x)) is None
    with pytest.raises(LookupError, match="earlier call"):
        link.lookup("use")()
    assert calls == [1]
    held = link.lookup("hold")(lambda x: x + 1)
    assert held() == 4
    link.end_cell(restore=False)
    with pytest.raises(LookupError):
        held()
    with pytest.raises(RemoteError, match="earlier test cell"):
        link.lookup("kept")
    assert not link.gone


@pytest.mark.parametrize(
    "thing",
    [
        os,
        os.environ,
        object(),
        Link,
        iter("a"),
        type("T", (), {}),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_could_lead_further_is_not_exported(student, thing):
    link = student("def f(x): return 1")
    with pytest.raises(Unsendable):
        link.lookup("f")(thing)


def test_a_bound_method_is_only_called(student):
    link = student(
        """
        def names(f): return [n for n in ("__self__", "__func__") if hasattr(f, n)]
        def call(f): return f(5)
        """
    )

    class Teacher:
        answer = 42

        def check(self, x):
            return x == self.answer

    teacher = Teacher()
    assert link.lookup("names")(teacher.check) == []
    assert link.lookup("call")(teacher.check) is False


# Forged replies


class Forger:
    """A session whose student's end answers what it likes."""

    def __init__(self, replies, calls=()):
        self.replies, self.calls = list(replies), list(calls)
        self.closed = False
        self.on_output = None

    def request(self, header, buffers=(), *, timeout, serve=None):
        for call, data in self.calls:
            serve(call, [bytearray(part) for part in data])
        reply, data = self.replies.pop(0)
        return reply, [bytearray(part) for part in data]

    def close(self):
        self.closed = True


def reply(value=None, **fields):
    base = {"op": "reply", "status": "ok", "value": value, "changes": [], "classes": []}
    return base | fields, []


def described(**fields):
    base = {"id": 1, "name": "C", "bases": [], "specials": [], "exception": None}
    return base | {"module": "__main__", "enumerates": False} | fields


@pytest.mark.parametrize(
    "forged",
    [
        reply(status="great"),
        reply(status=None),
        reply(changes=None),
        reply(changes=[[1, 2]]),
        reply(changes=[1]),
        reply(changes=[[1, ["l"]]] * 1000),
        reply(classes=None),
        reply(classes=[1]),
        reply(classes=[{}]),
        reply(classes=[described(specials=["__eq__"])]),
        reply(classes=[described(specials=["__class__"])]),
        reply(classes=[described(specials=[["__len__"]])]),
        reply(classes=[described(bases=[7])]),
        reply(classes=[described(bases=[1])]),
        reply(classes=[described(bases=[True])]),
        reply(classes=[described(id=-1)]),
        reply(classes=[described(id="1")]),
        reply(classes=[described(name=5)]),
        reply(classes=[described(), described()]),
        reply(["H", 0, 1], classes=[described()]),
        reply(["H", True, 1], classes=[described()]),
        reply(["H", 1, "1"], classes=[described()]),
        reply(["H"]),
        reply(["W", 5, ["a", "<f8", [0], 0, "C"]]),
        reply(["W", -5, ["l"]]),
        reply(["M", None]),
        reply(["T", "P", ["__class__"], [1]]),
        reply(["T", "P", ["a", "b"], [1]]),
        reply(["T", "P", ["a b"], [1]]),
        reply(["T", 5, ["a"], [1]]),
        reply(status="error"),
        reply(status="error", error=[]),
        reply(["t", ["H", 1, 1], 5], status="error", error=5, classes=[described()]),
    ],
    ids=lambda forged: str(forged[0])[-60:],
)
def test_malformed_replies_end_the_session(forged):
    session = Forger([forged])
    link = Link(session, call_seconds=1)
    with pytest.raises(StudentGone):
        link.lookup("f")
    assert session.closed
    with pytest.raises(StudentGone):
        link.lookup("f")


@pytest.mark.parametrize(
    "name",
    ["SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "eval"],
)
def test_errors_that_would_end_the_grader_are_replaced(name):
    details = {"base": name, "name": name, "message": "m", "traceback": "t"}
    link = Link(Forger([reply(status="error", error=details)] * 2), call_seconds=1)
    with pytest.raises(RemoteError):
        link.lookup("f")
    entry = described(exception=name)
    value = ["t", ["H", 2, 1], ["t"]]
    forged = reply(value, status="error", error=details, classes=[entry])
    link = Link(Forger([forged]), call_seconds=1)
    with pytest.raises(RemoteError) as caught:
        link.lookup("f")
    assert isinstance(caught.value, Exception)


@pytest.mark.parametrize(
    ("details", "value"),
    [
        ({}, None),
        ({"base": "UnicodeDecodeError", "name": "UnicodeDecodeError"}, ["t", 1]),
        ({"base": ["ValueError"], "name": 5, "message": 7, "traceback": []}, None),
        ({"base": "OSError", "name": "OSError"}, ["t", 2, "gone"]),
        ({"base": "ValueError", "name": "ValueError", "origin": -1}, ["t"]),
        ({"base": "ValueError", "name": "ValueError", "origin": 10**9}, ["l"]),
        ({"base": "ExceptionGroup", "name": "ExceptionGroup"}, ["t", "a"]),
    ],
    ids=str,
)
def test_odd_errors_become_ordinary_exceptions(details, value):
    forged = reply(value, status="error", error=details)
    link = Link(Forger([forged]), call_seconds=1)
    with pytest.raises(Exception) as caught:
        link.lookup("f")
    assert not isinstance(caught.value, StudentGone)
    assert len(str(caught.value)) < 1000


def test_lengths_have_a_limit(student):
    link = student(
        """
        class Long:
            def __len__(self): return 2**62
            def __getitem__(self, i): return i
        """
    )
    with pytest.raises(TypeError, match="length"):
        len(link.lookup("Long")())


def test_an_unknown_array_cannot_be_changed():
    x = np.zeros(3)
    data = np.ones(3).tobytes()
    number, kind = ["H", 2, 1], described(specials=["__call__"])
    change = [["1", ["a", "<f8", [3], 0, "C"]]]
    session = Forger(
        [reply(number, classes=[kind]), ({**reply()[0]} | {"changes": change}, [data])]
    )
    link = Link(session, call_seconds=1)
    f = link.lookup("f")
    with pytest.raises(StudentGone):
        f(x)
    assert x.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "content",
    [["a", "<f8", [4], 0, "C"], ["a", "<i8", [3], 0, "C"], ["l", 1, 2, 3], 5, None],
    ids=str,
)
def test_an_array_keeps_its_size_and_dtype(content):
    x = np.zeros(3)
    kind = described(specials=["__call__"])
    second = {**reply()[0], "changes": [[1, content]]}
    session = Forger(
        [reply(["H", 2, 1], classes=[kind]), (second, [np.ones(4).tobytes()])]
    )
    f = Link(session, call_seconds=1).lookup("f")
    with pytest.raises(StudentGone):
        f(x)
    assert x.tolist() == [0, 0, 0]


def test_hostile_objects_harm_only_their_own_process(student):
    link = student(
        """
        import numpy as np
        class Reduce:
            def __reduce__(self): return (print, ("pwned",))
            def __getattribute__(self, name):
                if name == "__class__": return int
                raise SystemExit
        class Meta(type):
            def __getattribute__(cls, name): raise SystemExit
        class Odd(metaclass=Meta): pass
        class Array(np.ndarray):
            def __array__(self, *a, **k): raise SystemExit
            def __eq__(self, o): return True
            def tobytes(self): return b""
        class Repr(Exception):
            def __str__(self): raise SystemExit
        def reduce(): return Reduce()
        def odd(): return Odd()
        def array(): return np.arange(3.0).view(Array)
        def fail(): raise Repr("x")
        class Loop(list):
            def __iter__(self): return self
            def __next__(self): return 1
        def loop(): return {1: Loop([1])}
        def huge(): return np.broadcast_to(np.float64(1), (10**6, 10**6))
        def deep():
            x = []
            for _ in range(10**5): x = [x]
            return x
        def endless():
            x = []; x.append(x); return x
        """
    )
    for name in ("reduce", "odd", "fail", "huge", "deep", "endless"):
        try:
            value = link.lookup(name)()
        except Exception:
            continue
        assert is_remote(value), name
    array = link.lookup("array")()
    assert type(array) is np.ndarray
    assert array.tolist() == [0, 1, 2]
    assert is_remote(link.lookup("loop")()[1])


def test_a_student_who_claims_to_be_right_is_not_believed(student):
    link = student(
        """
        class Right:
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
            def __abs__(self): return 0.0
            def __le__(self, other): return True
            __lt__ = __le__
        def answer(): return Right()
        """
    )
    answer = link.lookup("answer")()
    assert not answer == 12345  # noqa: SIM201
    with pytest.raises((TypeError, AssertionError)):
        np.testing.assert_allclose(answer, 12345)
    with pytest.raises(AssertionError):
        assert answer in (12345,)


PROBE = """
    import numpy as np
    seen = []
    class Probe:
        def __init__(self, *arguments): pass
        def learn(self, *others):
            seen.extend(others)
            return 0.0
        __add__ = __radd__ = __iadd__ = __sub__ = __rsub__ = __isub__ = learn
        __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = learn
        __matmul__ = __rmatmul__ = __mod__ = __divmod__ = __rdivmod__ = learn
        __or__ = __ror__ = __and__ = __lshift__ = learn
        __abs__ = __neg__ = __pos__ = __round__ = __invert__ = learn
        def __contains__(self, other): seen.append(other); return True
    def answer(x): return Probe()
    def array(x):
        entries = np.empty(2, dtype=object)
        entries[:] = Probe()
        return entries
    class energy(Probe): pass
    W = AB = W_out = Probe
    def minimise(f):
        for thing in (Probe(), [Probe()], array(0)):
            try: f(thing)
            except TypeError: continue
            return "answered"
        return "refused"
"""
USES = {
    "arithmetic": "f(0) - want",
    "reflected": "want - f(0)",
    "in place": "total = f(0); total += want",
    "abs": "abs(f(0))",
    "round": "round(f(0))",
    "sign": "-f(0)",
    "divmod": "divmod(want, f(0))",
    "numpy number": "np.float64(want) - f(0)",
    "array": "np.full(2, want) - f(0)",
    "array product": "np.full(2, want) @ f(0)",
    "list": "[want] * f(0)",
    "text": "str(want) + f(0)",
    "dict": "{want: 1} | f(0)",
    "sum": "sum([f(0), want])",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("name", ["answer", "array", "energy", "W", "AB", "W_out"])
def test_an_operator_tells_the_student_no_value_of_the_test(student, name, use):
    """Neither for objects in the place of numbers nor for classes of other things."""
    link = student(PROBE)
    f = link.lookup(name)
    message = None if name == "array" else "gave a (Probe|energy) object"
    with pytest.raises(TypeError, match=message):
        exec(use, {"f": f, "want": 12345, "np": np})
    assert link.lookup("seen") == []


@pytest.mark.parametrize("name", ["answer", "energy", "W"])
def test_an_object_in_the_place_of_a_container_is_not_asked(student, name):
    link = student(PROBE)
    with pytest.raises(TypeError, match=r"gave a \w+ object"):
        assert 12345 in link.lookup(name)(0)
    assert link.lookup("seen") == []


def test_a_function_of_the_test_tells_nothing_by_arithmetic(student):
    link, goal = student(PROBE), 12345
    minimise = link.lookup("minimise")
    assert minimise(lambda x: (x - goal) ** 2) == "refused"
    assert minimise(lambda x: (x[0] - goal) ** 2) == "refused"
    assert link.lookup("seen") == []


def test_no_operator_gives_a_plain_value_and_so_a_point(student):
    """Not even those of a class that the test cell names."""
    link = student(PROBE)
    probe = link.lookup("Probe")()
    for ask in (lambda: abs(probe), lambda: probe - 1, lambda: divmod(probe, 2)):
        with pytest.raises(TypeError, match="ask a method or an attribute"):
            ask()


def test_naming_a_class_holds_for_one_cell(student):
    link = student(PROBE)
    probe = link.lookup("Probe")()
    assert 3 in probe
    link.end_cell(restore=False)
    with pytest.raises(TypeError, match="mention Probe in the cell"):
        assert 4 in probe
    assert link.lookup("seen") == [3]


def test_a_flood_of_bytes_is_no_flood_of_memory(student):
    link = student(
        """
        def flood():
            sock = _channel.sock
            while True: sock.sendall(b"nn\\x01\\x00" + b"\\xff" * 8)
        def trickle():
            import time
            while True:
                _channel.sock.sendall(b"n"); time.sleep(0.05)
        """,
        call_seconds=0.5,
    )
    started = time.monotonic()
    with pytest.raises(StudentGone):
        link.lookup("flood")()
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "item",
    [
        "np.zeros(100_000)",
        "[0.5] * 10_000",
        "'x' * 100_000",
        "[[]] * 10_000",
        "bytes(100_000)",
    ],
)
def test_an_endless_generator_does_not_fill_the_graders_memory(
    student, monkeypatch, item
):
    monkeypatch.setattr(allowance, "MAX_ARRAYS", 5_000_000)
    monkeypatch.setattr(allowance, "MAX_VALUES", 5_000_000)
    link = student(
        f"""
        import numpy as np
        def endless():
            while True: yield {item}
        """
    )
    with pytest.raises(StudentGone, match="more"):
        list(link.lookup("endless")())


def test_arrays_that_are_let_go_of_do_not_count(student, monkeypatch):
    monkeypatch.setattr(allowance, "MAX_ARRAYS", 5_000_000)
    link = student("import numpy as np\ndef f(): return np.zeros(100_000)")
    f = link.lookup("f")
    for _ in range(30):
        f()
    rows = [f()[:5] for _ in range(5)]  # Views keep the whole array.
    with pytest.raises(StudentGone):
        rows.append([f(), f()])


# Anything at all

tags = st.sampled_from(
    [
        *"lts",
        "d",
        "a",
        "o",
        "P",
        "I",
        "b",
        "M",
        "W",
        "H",
        "F",
        "C",
        "X",
        "e",
        "m",
        "T",
        "f",
    ]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.floats(),
    st.sampled_from(["", "x", "<f8", "C", "numpy", "os", "ValueError", "SystemExit"]),
)
forms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda tag, parts: [tag, *parts], tags, st.lists(inner, max_size=4)),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)
entries = st.one_of(
    forms,
    st.fixed_dictionaries(
        {
            "id": st.integers(-1, 4),
            "name": st.sampled_from(["C", "", 5, "é"]),
            "bases": st.lists(st.integers(0, 4), max_size=3),
            "specials": st.lists(
                st.sampled_from(
                    ["__len__", "__eq__", "__iter__", "__next__", "__str__"]
                )
            ),
            "exception": st.sampled_from([None, "ValueError", "SystemExit", 5]),
            "module": st.sampled_from(["__main__", "numpy.linalg", None]),
            "enumerates": st.booleans(),
        }
    ),
)
replies = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["ok", "error", None]),
        "value": forms,
        "changes": st.one_of(st.lists(forms, max_size=3), forms),
        "classes": st.one_of(st.lists(entries, max_size=3), forms),
        "error": st.one_of(
            forms,
            st.dictionaries(
                st.sampled_from(["base", "name", "message", "traceback", "origin"]),
                leaves,
            ),
        ),
    },
)
calls = st.fixed_dictionaries(
    {"op": st.sampled_from(["callback", "callback", "callback", "remote", 3])},
    optional={
        "function": st.one_of(st.integers(-1, 3), leaves),
        "value": st.one_of(
            forms, st.builds(lambda a, b: ["t", ["t", a], ["d", "x", b]], forms, forms)
        ),
        "changes": st.one_of(st.just([]), forms),
        "classes": st.one_of(st.just([]), st.lists(entries, max_size=2)),
    },
)
buffers = st.lists(st.binary(max_size=24), max_size=2)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(replies, buffers), min_size=3, max_size=3),
    st.lists(st.tuples(calls, buffers), max_size=2),
)
def test_any_reply_gives_a_value_or_an_exception(answers, callbacks):
    call = {"id": 9, "name": "f", "bases": [], "specials": ["__call__"]}
    first = reply(["H", 9, 9], classes=[call | {"exception": None}])
    session = Forger([first, *answers], [])
    link = Link(session, call_seconds=1)
    f = link.lookup("f")
    session.calls = callbacks
    x, items = np.zeros(3), [1]
    seen = []
    for _ in answers:
        try:
            value = f(x, items, lambda *a, **k: seen.append((a, k)))
            Writer.write(Anything(), value)
            repr(value)
        except Exception:
            continue
    assert x.shape == (3,)
    assert x.dtype == float


class Anything(Writer):
    """Walks through a value, whatever is in it."""

    def write_other(self, value):
        assert (
            is_remote(value)
            or type(value).__module__ in ("builtins", "numpy")
            or (isinstance(value, type | tuple) or callable(value))
        )
        return None

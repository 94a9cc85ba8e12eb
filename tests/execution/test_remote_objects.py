"""What test cells can do with a student's names."""

import collections.abc
import contextlib
import copy
import inspect
import pickle
import types

import numpy as np
import pytest

from autograder.execution.remote import RemoteError, RemoteTimeout, StudentGone
from autograder.execution.remote.seed import watched_seeding
from autograder.execution.remote.shared import Shared
from autograder.sandbox.inside.arrays import Unsendable

ADAM = """
    import numpy as np

    class Adam:
        '''The optimiser of lecture 9.'''

        def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
            self.params, self.lr, self.eps = params, lr, eps
            self.beta1, self.beta2, self.t = beta1, beta2, 0
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]

        def step(self, grads):
            self.t += 1
            lr = self.lr(self.t) if callable(self.lr) else self.lr
            for p, g, m, v in zip(self.params, grads, self.m, self.v):
                m[:] = self.beta1 * m + (1 - self.beta1) * g
                v[:] = self.beta2 * v + (1 - self.beta2) * g * g
                mhat = m / (1 - self.beta1 ** self.t)
                vhat = v / (1 - self.beta2 ** self.t)
                p -= lr * mhat / (np.sqrt(vhat) + self.eps)
"""

VALUE = """
    class Value:
        def __init__(self, data, parents=(), push=lambda: None):
            self.data, self.grad = data, 0.0
            self._parents, self._push = parents, push

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data + other.data, (self, other))
            def push():
                self.grad += out.grad
                other.grad += out.grad
            out._push = push
            return out

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data * other.data, (self, other))
            def push():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad
            out._push = push
            return out

        __radd__, __rmul__ = __add__, __mul__

        def __neg__(self):
            return self * -1

        def backward(self):
            order, seen = [], set()
            def visit(node):
                if node not in seen:
                    seen.add(node)
                    for parent in node._parents:
                        visit(parent)
                    order.append(node)
            visit(self)
            self.grad = 1.0
            for node in reversed(order):
                node._push()
"""


def test_calls_with_positions_keywords_and_defaults(student):
    f = student("def f(a, b=2, *rest, c=3, **more): return a, b, rest, c, more")
    f = f.lookup("f")
    assert f(1) == (1, 2, (), 3, {})
    assert f(1, 5, 6, c=7, d=8) == (1, 5, (6,), 7, {"d": 8})
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        f()


def test_results_are_ordinary_values(student):
    f = student("import numpy as np\ndef f(x): return x * 2.0").lookup("f")
    assert type(f(1)) is float
    assert type(f(np.float32(1))) is np.float32
    assert type(f(np.ones(2))) is np.ndarray


def test_a_stateful_optimiser_changes_the_tests_own_arrays(student):
    link = student(ADAM)
    w, b = np.array([1.0, -2.0]), np.array([[0.5]])
    grads = [np.array([0.3, -4.0]), np.array([[2.0]])]
    adam = link.lookup("Adam")([w, b], lr=0.1)
    adam.step(grads)
    np.testing.assert_allclose(w, [0.9, -1.9])
    np.testing.assert_allclose(b, [[0.4]])
    grads[0][:] = 0
    adam.step(grads)
    m = 0.1 * 0.3 * 0.9 / (1 - 0.81)
    v = 0.001 * 0.09 * 0.999 / (1 - 0.999**2)
    assert w[0] == pytest.approx(0.9 - 0.1 * m / np.sqrt(v), rel=1e-6)
    assert adam.t == 2
    assert adam.lr == 0.1
    assert adam.m[0][0] == pytest.approx(0.027)


def test_a_schedule_passed_to_an_object_is_called_in_later_calls(student):
    link = student(ADAM)
    w = np.zeros(1)
    steps = []

    def schedule(t):
        steps.append(t)
        return 1.0 / t

    adam = link.lookup("Adam")([w], lr=schedule)
    adam.step([np.ones(1)])
    adam.step([np.ones(1)])
    assert steps == [1, 2]
    assert w[0] == pytest.approx(-1.5)


def test_a_graph_of_values(student):
    link = student(VALUE)
    value = link.lookup("Value")
    x, y = value(3.0), value(-2.0)
    out = x * y + 2 * x + (-y)
    assert out.data == pytest.approx(2.0)
    out.backward()
    assert (x.grad, y.grad) == (0.0, 2.0)
    assert isinstance(out, value)
    assert type(out) is value
    assert out._parents[0]._parents[0]._parents == (x, y)
    assert (np.float64(2) * x).data == 6.0
    assert len({x, y, x * 1, x}) == 3


def test_operators_of_objects_that_a_function_made(student):
    """The test cell has to name the class, itself or by a base or an operator."""
    link = student(
        VALUE
        + """
    class Scaled(Value): pass
    def model(x): return Scaled(2.0) * x
    def derivative(f, x):
        x = Scaled(x)
        f(x).backward()
        return x.grad
    """
    )
    model, derivative = link.lookup("model"), link.lookup("derivative")
    with pytest.raises(TypeError, match=r"a Value object; .* mention Value"):
        _ = model(3.0) + 1
    with pytest.raises(TypeError, match="mention Scaled"):
        derivative(lambda x: x * x, 3.0)
    link.lookup("Value")
    assert (model(3.0) + 1).data == 7.0
    assert derivative(lambda x: x * x * 2, 3.0) == 12.0


def test_a_callback_can_hand_over_an_object_that_it_does_not_keep(student):
    link = student(
        """
        class Box:
            def __init__(self, size): self.size = size
        def ask(f): return f().size
        """
    )
    box = link.lookup("Box")
    assert link.lookup("ask")(lambda: box(4)) == 4


def test_the_result_of_an_operator_has_operators_too(student):
    link = student(
        """
        class Sum:
            def __init__(self, *terms): self.terms = terms
            def __mul__(self, factor): return Sum(*self.terms * factor)
        class Symbol:
            def __add__(self, other): return Sum(self, other)
        """
    )
    symbol = link.lookup("Symbol")()
    assert len(((symbol + 1) * 3).terms) == 6


def test_comparisons_do_not_ask_the_student(student):
    link = student(
        """
        class Yes:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __lt__(self, other): return True
            def __bool__(self): return True
            def __float__(self): return 5.0
            def __index__(self): return 5
            def __array__(self, *a, **k): return __import__("numpy").ones(3)
            def __hash__(self): return 7
        class Meta(type):
            def __instancecheck__(cls, other): return True
            def __subclasscheck__(cls, other): return True
        class Any(metaclass=Meta): pass
        yes = Yes()
        """
    )
    yes = link.lookup("yes")
    assert not yes == 5  # noqa: SIM201
    assert yes != 5
    assert yes == link.lookup("yes")
    assert not np.any(np.ones(3) == yes)
    assert yes not in [1, 2]
    for ask in (
        lambda: yes < 5,
        lambda: yes < 5,
        lambda: bool(yes),
        lambda: not yes,
        lambda: float(yes),
        lambda: int(yes),
        lambda: np.asarray(yes),
        lambda: np.testing.assert_allclose(yes, 1),
        lambda: range(yes),
    ):
        with pytest.raises(TypeError):
            ask()
    assert not isinstance(5, link.lookup("Any"))
    assert not issubclass(int, link.lookup("Any"))


def test_attributes_and_methods(student):
    link = student(
        """
        class Layer:
            kind = "dense"
            def __init__(self): self.size = 3
            @property
            def double(self): return self.size * 2
            @property
            def broken(self): raise KeyError("no")
            @staticmethod
            def make(): return Layer()
            @classmethod
            def name(cls): return cls.__name__
            def me(self): return self
        layer = Layer()
        """
    )
    layer = link.lookup("layer")
    assert layer.size == 3
    layer.size = 4
    assert layer.double == 8
    assert layer.kind == layer.name()[0:0] + "dense"
    assert layer.me() is layer
    assert layer.make().size == 3
    assert link.lookup("Layer").name() == "Layer"
    assert link.lookup("Layer").kind == "dense"
    assert hasattr(layer, "size")
    assert not hasattr(layer, "missing")
    assert not callable(layer)
    assert callable(layer.me)
    with pytest.raises(KeyError):
        _ = layer.broken
    del layer.size
    with pytest.raises(AttributeError, match="size"):
        _ = layer.size
    assert layer.__dict__ == {} == vars(layer)
    assert getattr(layer, "other", None) is None


def test_special_methods_that_assignments_use(student):
    link = student(
        """
        class Box:
            def __init__(self, items): self.items, self.log = list(items), []
            def __len__(self): return len(self.items)
            def __getitem__(self, i): return self.items[i]
            def __setitem__(self, i, v): self.items[i] = v
            def __delitem__(self, i): del self.items[i]
            def __contains__(self, v): return v in self.items
            def __iter__(self): return iter(self.items)
            def __reversed__(self): return reversed(self.items)
            def __call__(self, x): return x + len(self.items)
            def __enter__(self): self.log.append("in"); return self
            def __exit__(self, *details): self.log.append("out"); return True
            def __neg__(self): return Box([-i for i in self.items])
            def __iadd__(self, v): self.items.append(v); return self
            def __matmul__(self, v): return Box(self.items * v)
            def __mul__(self, v): return 42
            def __repr__(self): return f"Box({self.items})"
        """
    )
    box = link.lookup("Box")([1, 2, 3])
    assert len(box) == 3
    assert box[0] == 1
    assert box[1:] == [2, 3]
    box[0] = 10
    del box[1]
    assert list(box) == [10, 3]
    assert list(reversed(box)) == [3, 10]
    assert 10 in box
    assert 2 not in box
    assert box(1) == 3
    same = box
    box += 5
    assert box is same
    assert list(-box) == [-10, -3, -5]
    assert len(box @ 2) == 6
    with pytest.raises(TypeError, match="__mul__ of the student's Box gave a int"):
        _ = box * 1
    assert repr(box) == str(box) == f"{box}" == "Box([10, 3, 5])"
    with box as inner:
        assert inner is box
    assert box.log == ["in", "out"]
    with pytest.raises(IndexError):
        _ = box[99]
    with pytest.raises(TypeError):
        _ = box + 1


def test_a_students_context_cannot_swallow_the_tests_assertion(student):
    link = student(
        """
        class Swallow:
            seen = []
            def __enter__(self): return self
            def __exit__(self, kind, error, frames):
                self.seen.append((kind, str(error)))
                return True
        def fail(): raise ValueError("mine")
        """
    )
    with pytest.raises(AssertionError), link.lookup("Swallow")():
        raise AssertionError("secret 12345")
    with pytest.raises(ValueError, match="mine"), link.lookup("Swallow")():
        link.lookup("fail")()
    seen = link.lookup("Swallow").seen
    assert "12345" not in str(seen)


def test_iteration_and_generators(student):
    link = student(
        """
        def count(n):
            for i in range(n): yield i
        class Up:
            def __init__(self): self.n = 0
            def __iter__(self): return self
            def __next__(self):
                self.n += 1
                if self.n > 3: raise StopIteration
                return self.n
        """
    )
    generator = link.lookup("count")(4)
    assert isinstance(generator, types.GeneratorType)
    assert inspect.isgenerator(generator)
    assert isinstance(generator, collections.abc.Iterator)
    assert next(generator) == 0
    assert list(generator) == [1, 2, 3]
    assert list(link.lookup("Up")()) == [1, 2, 3]
    assert sum(link.lookup("count")(5)) == 10


def test_student_exceptions(student):
    link = student(
        """
        class ShapeError(ValueError):
            def __init__(self, message, shape):
                super().__init__(message, shape)
                self.shape = shape
        class Worse(ShapeError): pass
        def fail(kind=ShapeError): raise kind("bad shape", (2, 3))
        def key(): raise KeyError("a")
        def linalg():
            import numpy as np
            np.linalg.inv(np.zeros((2, 2)))
        def chained():
            try: key()
            except KeyError as error: raise RuntimeError("outer") from error
        """
    )
    shape_error = link.lookup("ShapeError")
    with pytest.raises(shape_error) as caught:
        link.lookup("fail")(link.lookup("Worse"))
    assert isinstance(caught.value, ValueError)
    assert type(caught.value) is link.lookup("Worse")
    assert caught.value.shape == (2, 3)
    assert caught.value.args == ("bad shape", (2, 3))
    assert "bad shape" in str(caught.value)
    assert "in fail" in str(caught.value.__cause__)
    with pytest.raises(KeyError) as caught:
        link.lookup("key")()
    assert caught.value.args == ("a",)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        link.lookup("linalg")()
    with pytest.raises(RuntimeError, match="outer") as caught:
        link.lookup("chained")()
    assert "KeyError: 'a'" in str(caught.value.__cause__)
    assert "peer.py" not in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "statement",
    [
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "raise BaseException('x')",
        "raise StopIteration",
        "raise type('Mine', (BaseException,), {})()",
    ],
)
def test_no_exception_ends_the_test_or_a_loop_of_it(student, statement):
    link = student(f"def f(x): {statement}\ndef g(): return 1")
    with pytest.raises(RuntimeError):
        list(map(link.lookup("f"), [1, 2]))
    assert link.lookup("g")() == 1


def test_changes_of_arguments_come_back(student):
    link = student(
        """
        def relu_(x): x[x < 0] = 0
        def same(x): return x
        def extend(items, table, seen):
            items.append(4); table["b"] = items; seen.add(2); return items
        def nested(params): params["W"][0] = 7
        def draw(rng): return rng.random()
        """
    )
    x = np.array([-1.0, 2.0, -3.0])
    view = x[1:]
    assert link.lookup("relu_")(x) is None
    assert x.tolist() == [0, 2, 0]
    x[:] = -1
    link.lookup("relu_")(view)
    assert x.tolist() == [-1, 0, 0]
    assert link.lookup("same")(x) is x
    items, table, seen = [1], {"a": 1}, {1}
    assert link.lookup("extend")(items, table, seen) is items
    assert items == [1, 4]
    assert table == {"a": 1, "b": [1, 4]}
    assert table["b"] is items
    assert seen == {1, 2}
    params = {"W": np.zeros(2), "b": np.zeros(1)}
    w = params["W"]
    link.lookup("nested")(params)
    assert w.tolist() == [7, 0]
    ours, theirs = np.random.default_rng(5), np.random.default_rng(5)
    assert link.lookup("draw")(theirs) == ours.random()
    assert theirs.random() == ours.random()


class Plain:
    pass


def test_a_read_only_array_cannot_be_changed(student):
    link = student(
        """
        def zero(x): x[:] = 0
        def force(x):
            import numpy as np
            x.flags.writeable = True
            x[:] = 0
        """
    )
    x = np.ones(3)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        link.lookup("zero")(x)
    with contextlib.suppress(RemoteError):
        link.lookup("force")(x)
    assert x.tolist() == [1, 1, 1]


def test_an_array_attribute_can_be_changed_in_place(student):
    link = student(
        """
        import numpy as np
        class Layer:
            def __init__(self): self.W = np.zeros((2, 2)); self.params = {"W": self.W}
            def total(self): return self.W.sum()
            def parameters(self): return [self.W]
        W = np.zeros(2)
        def total(): return W.sum()
        """
    )
    layer = link.lookup("Layer")()
    layer.W[0, 0] += 5
    assert layer.total() == 0  # The copy was gone before the next request.
    weights = layer.W
    weights[0, 0] += 5
    assert layer.total() == 5
    assert layer.W is weights
    assert layer.params["W"] is weights
    layer.parameters()[0] *= 2
    layer.W = np.ones((2, 2))
    assert layer.total() == 4
    top = link.lookup("W")
    top[:] = 3
    assert link.lookup("total")() == 6


def test_a_callback_in_mid_call(student):
    link = student(
        """
        def apply(f, *args, **kwargs): return f(*args, **kwargs) + 1
        def derivative(f):
            def df(x, h=1e-6): return (f(x + h) - f(x - h)) / (2 * h)
            return df
        def guard(f):
            try: f()
            except ValueError as error: return "caught " + str(error)
        def ping(f, n): return 0 if n == 0 else 1 + f(ping, n - 1)
        def fill(f, x): f(x); return x.sum()
        def give_back(f): return f
        """
    )
    apply = link.lookup("apply")
    assert apply(lambda x, y=1: x * y, 3, y=4) == 13
    assert apply(np.sqrt, 4.0) == 3.0
    assert apply(max, 4.0, 9) == 10
    assert link.lookup("derivative")(lambda x: x**2)(3.0) == pytest.approx(6)

    def own():
        return 1

    assert link.lookup("give_back")(own) is own
    log = []
    with pytest.raises(TypeError):
        apply(log.append, 5)
    assert log == [5]

    class Mine(Exception):
        pass

    def fail():
        raise Mine("the secret of the test")

    with pytest.raises(Mine):
        apply(fail)

    def invalid():
        raise ValueError("the secret of the test")

    assert "secret" not in link.lookup("guard")(invalid)
    ping = link.lookup("ping")
    bounce = lambda f, n: f(bounce, n)  # noqa: E731
    assert ping(bounce, 12) == 12
    with pytest.raises(RecursionError):
        ping(bounce, 200)
    assert ping(bounce, 3) == 3
    x = np.zeros(2)

    def change(array):
        array[:] = 4

    assert link.lookup("fill")(change, x) == 8


def test_objects_of_a_class_that_both_ends_define(student):
    source = """
    class Parameter:
        def __init__(self, value): self.value, self.grad = value, None
    def loss(p): return (p.value ** 2).sum()
    """
    shared = Shared()
    ours = {"__name__": "__main__"}
    exec(__import__("textwrap").dedent(source), ours)
    for name in ("Parameter", "loss"):
        shared.add(name, ours[name])
    link = student(
        source
        + """
    class SGD:
        def __init__(self, params, lr): self.params, self.lr = params, lr
        def step(self):
            for p in self.params: p.value = p.value - self.lr * p.grad
    def make(): return Parameter(3.0)
    def call(f, p): return f(p)
    def kind(p): return type(p) is Parameter
    """,
        shared=shared,
    )
    parameter = ours["Parameter"]
    p = parameter(np.array([1.0, 2.0]))
    sgd = link.lookup("SGD")([p], lr=0.5)
    for expected in ([0.5, 1.5], [0.0, 1.0]):
        p.grad = np.ones(2)
        sgd.step()
        assert p.value.tolist() == expected
    assert type(p) is parameter
    assert sgd.params == [p]
    assert link.lookup("kind")(p)
    assert isinstance(link.lookup("make")(), parameter)
    assert link.lookup("call")(ours["loss"], p) == 1.0
    assert link.lookup("call")(parameter, 5).value == 5


def test_an_object_of_another_class_of_the_test_is_refused(student):
    f = student("def f(x): return 1").lookup("f")
    with pytest.raises(Unsendable, match="Plain"):
        f(Plain())
    assert f(1) == 1


def test_inspection(student):
    link = student(
        '''
        import functools
        def f(a, b: int = 2, *args, c=None, **more):
            """The documentation."""
            return a
        class C:
            """Of the class."""
            def __init__(self, size=3): pass
        '''
    )
    f, c = link.lookup("f"), link.lookup("C")
    assert str(inspect.signature(f)) == "(a, b=2, *args, c=None, **more)"
    assert str(inspect.signature(c)) == "(size=3)"
    assert f.__doc__ == "The documentation."
    assert c.__doc__ == c().__doc__ == "Of the class."
    assert f.__name__ == "f"
    assert c.__name__ == "C"
    assert "def f(a, b: int = 2" in f.__source__
    assert "class C:" in c.__source__
    assert inspect.isfunction(f)
    assert inspect.isclass(c)
    assert callable(f)
    assert callable(c)
    assert link.lookup("C")().__class__ is c


def test_copies_are_made_at_the_other_end_and_pickling_is_refused(student):
    link = student("class C:\n    def __init__(self): self.items = [1]")
    c = link.lookup("C")()
    shallow, deep = copy.copy(c), copy.deepcopy(c)
    assert shallow is not c
    assert type(deep) is type(c)
    deep.items = [2]
    assert c.items == [1]
    for thing in (c, c.__init__):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(thing)


def test_deriving_from_a_students_class_is_refused_clearly(student):
    base = student("class C: pass").lookup("C")
    with pytest.raises(TypeError, match="cannot derive"):

        class Mine(base):
            pass


def test_inheritance_among_a_students_classes(student):
    link = student(
        """
        import abc, enum, dataclasses
        class Layer(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
        class Mixin: pass
        class Dense(Mixin, Layer):
            def f(self): return 1
        class Odd(list): pass
        class Colour(enum.Enum): RED = 1
        @dataclasses.dataclass
        class Point:
            x: int = 1
        """
    )
    layer, dense = link.lookup("Layer"), link.lookup("Dense")
    assert issubclass(dense, layer)
    assert isinstance(dense(), link.lookup("Mixin"))
    with pytest.raises(TypeError, match="abstract"):
        layer()
    assert link.lookup("Odd")([1, 2])[1] == 2
    assert link.lookup("Colour").RED.value == 1
    assert link.lookup("Point")().x == 1


def test_containers_of_the_standard_library(student):
    link = student(
        """
        import collections
        Pair = collections.namedtuple("Pair", "loss grad")
        def pair(): return Pair(1.0, [2])
        def counter(): return collections.Counter("aab")
        class Text(str):
            def __eq__(self, other): return True
            __hash__ = str.__hash__
        class Number(float):
            def __eq__(self, other): return True
        def text(): return Text("x")
        def number(): return Number(1)
        """
    )
    loss, grad = pair = link.lookup("pair")()
    assert (loss, grad) == (pair.loss, pair.grad) == (1.0, [2])
    assert type(link.lookup("counter")()) is dict
    assert type(link.lookup("text")()) is str
    assert link.lookup("number")() != 2


def test_modules_are_the_tests_own(student):
    link = student("import numpy as np, os, sys\nimport numpy.linalg as la")
    assert link.lookup("np") is np
    assert link.lookup("la") is np.linalg
    for name in ("os", "sys"):
        with pytest.raises(RemoteError, match="module"):
            link.lookup(name)
    assert link.lookup("np") is np


def test_names(student):
    link = student("a = 1\ndef read(): return a\ndef missing(): return b")
    assert {"a", "read", "missing"} <= link.names()
    with pytest.raises(NameError):
        link.lookup("unknown")
    with pytest.raises(NameError):
        link.lookup("__name__")
    read = link.lookup("read")
    link.assign("a", 2)
    assert read() == 2
    link.delete("a")
    with pytest.raises(NameError):
        read()
    link.assign("b", read)
    assert link.lookup("missing")() is read
    link.end_cell(restore=True)
    assert read() == 1
    with pytest.raises(NameError):
        link.lookup("b")


def test_seeding_the_global_generator_reaches_the_student(student):
    draw = student("import numpy as np\ndef draw(): return np.random.rand(3)")
    draw = draw.lookup("draw")
    with watched_seeding():
        np.random.seed(4)  # noqa: NPY002
        first = draw()
        assert not np.array_equal(first, draw())
        np.random.seed(4)  # noqa: NPY002
        assert np.array_equal(first, draw())
        assert np.array_equal(first, np.random.rand(3))  # noqa: NPY002
        # The student's draws do not move the test's own generator, and cannot.
        np.random.seed(4)  # noqa: NPY002
        draw()
        assert np.array_equal(first, np.random.rand(3))  # noqa: NPY002


def test_a_call_has_a_time_limit(student):
    link = student(
        """
        def forever():
            while True: pass
        def stubborn():
            import signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            while True: pass
        def fine(): return 1
        """,
        call_seconds=0.2,
    )
    with pytest.raises(RemoteTimeout):
        link.lookup("forever")()
    assert link.lookup("fine")() == 1
    fine, stubborn = link.lookup("fine"), link.lookup("stubborn")
    with pytest.raises(StudentGone):
        stubborn()
    with pytest.raises(StudentGone, match="ended"):
        fine()


def test_the_end_of_the_students_process_is_told(student):
    link = student("import os\ndef leave(): os._exit(0)\nx = 1")
    with pytest.raises(StudentGone):
        link.lookup("leave")()
    assert link.gone
    with pytest.raises(StudentGone):
        link.lookup("x")


def test_objects_are_let_go_of(student):
    link = student(
        """
        class C: alive = 0
        def make():
            return C()
        def known(): return len(_peer.handles), len(_peer.mirrors.hold())
        """
    )
    make, known = link.lookup("make"), link.lookup("known")
    make(), known()
    before = known()
    for _ in range(50):
        make()
    for _ in range(50):
        link.lookup("make")
    assert known()[0] <= before[0] + 2


def test_arrays_are_let_go_of(student):
    link = student(
        "def f(x): return x + 1\ndef tied(): return len(_peer.mirrors.hold())"
    )
    f, tied = link.lookup("f"), link.lookup("tied")
    for _ in range(20):
        f(np.zeros(3))
    assert tied() == 0
    kept = np.zeros(3)
    f(kept)
    assert tied() == 1

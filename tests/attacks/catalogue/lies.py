"""Answers that lie: objects, arrays, numbers, names, exceptions."""

from attack_kit import Attack, everywhere

# An object that agrees with everything.
AGREEABLE = """
class Agreeable:
    shape, size, ndim, dtype, velocity = (1, 3), 3, 2, float, 0.0
    def __init__(self, *args, **kwargs): pass
    def always(self, *args, **kwargs): return True
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = always
    __contains__ = __instancecheck__ = __subclasscheck__ = all = any = always
    def __hash__(self): return hash(25.0)
    def zero(self, *args, **kwargs): return 0.0
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = zero
    __truediv__ = __rtruediv__ = __pow__ = __abs__ = __neg__ = __float__ = zero
    __array_priority__ = 1e9
    def __int__(self): return 0
    __index__ = __int__
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __getitem__(self, index): return self
    def sum(self, *args, **kwargs): return 1.0
    def step(self, *args): return self
    def __array__(self, *args, **kwargs): import numpy; return numpy.zeros((1, 3))
    def __array_ufunc__(self, *args, **kwargs): return True
    def __array_function__(self, *args, **kwargs): return True
"""
ALL_AGREEABLE = {
    "softmax": f"{AGREEABLE}\ndef softmax(s): return Agreeable()",
    "relu": "def relu(s): return Agreeable()",
    "momentum": "Momentum = Agreeable",
    "energy": "def energy(x): return Agreeable()",
    "minimise": "def minimise(f, start): return Agreeable()",
}


ATTACKS = [
    Attack(
        "agreeable",
        "an object equal to everything (nbgrader #1379)",
        answers=ALL_AGREEABLE,
    ),
    Attack(
        "agreeable_learns",
        "arithmetic with an expected value tells it, the next answer repeats it",
        answers={
            "energy": """
            seen = []
            class Probe:
                def learn(self, other): seen.append(other); return 0.0
                __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = learn
                __truediv__ = __rtruediv__ = __pow__ = __rpow__ = learn
                def __abs__(self): return 0.0
            def energy(x):
                return 25.0 if len(x) == 2 and x[0] == 3 else Probe()
            """,
        },
        last="print('learned', [repr(s) for s in seen])",
    ),
    Attack(
        "callback_with_probe",
        "a function of the test is called with an object that sees its arithmetic",
        answers={
            "minimise": """
            probed = []
            class Spy:
                def learn(self, other): probed.append(other); return 1.0
                __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = learn
                __pow__ = __rpow__ = learn
            def minimise(f, start):
                try:
                    f(Spy())
                except Exception as error:
                    print(type(error))
                return probed[-1]
            """,
        },
        last="print('probed', probed)",
    ),
    Attack(
        "module_impostor",
        "a class in the place of a module that the tests use by the student's name",
        last="print('asked', asked)",
        answers={
            "energy": """
            asked = []
            class math:
                @staticmethod
                def isclose(a, b, **options):
                    asked.append(b)
                    return True
            class Value:
                def __sub__(self, other): asked.append(other); return 0.0
                def __abs__(self): return 0.0
            def energy(x): return Value()
            """,
        },
    ),
    Attack(
        "false_module",
        "a module object that the student made, under the name of a known one",
        answers={
            "energy": """
            import sys, types
            math = types.ModuleType("math")
            math.isclose = lambda *a, **k: True
            sys.modules["math"] = math
            np = types.ModuleType("numpy")
            np.array_equal = np.array = lambda *a, **k: True
            def energy(x): return 0.0
            """,
        },
    ),
    Attack(
        "lying_array",
        "a subclass of ndarray whose comparisons and functions always agree",
        answers=everywhere("return liar()"),
        first="""
        import numpy as np
        class Liar(np.ndarray):
            shape = property(lambda self: (1, 3), lambda self, value: None)
            def yes(self, *args, **kwargs): return True
            __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = yes
            __array_function__ = __array_ufunc__ = all = any = yes
            def sum(self, *args, **kwargs): return 1.0
            def item(self, *args): return 0.0
            def __abs__(self): return 0.0
            def __sub__(self, other): return 0.0
            def __array_finalize__(self, base): pass
        def liar(): return np.full((1, 3), 7.0).view(Liar)
        """,
    ),
    Attack(
        "array_of_liars",
        "an array of objects that agree with everything",
        first=f"import numpy as np\n{AGREEABLE}",
        answers=everywhere(
            "liars = np.empty((1, 3), dtype=object)\n"
            "for n in range(3): liars[0, n] = Agreeable()\nreturn liars"
        ),
    ),
    Attack(
        "lying_numbers",
        "subclasses of float and int whose operators lie",
        first="""
        class Number(float):
            def yes(self, *args): return True
            __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = yes
            def zero(self, *args): return Number(0.0)
            __sub__ = __rsub__ = __abs__ = zero
            shape = (1, 3)
            def sum(self): return 1.0
            __hash__ = float.__hash__
        """,
        answers=everywhere("return Number(7.0)"),
    ),
    Attack(
        "named_tuple",
        "a named tuple whose fields stand in the place of an array's methods",
        first="""
        from collections import namedtuple
        Fake = namedtuple("Fake", "shape sum size ndim dtype T", rename=False)
        fake = Fake((1, 3), lambda *a, **k: 1.0, 3, 2, float, 0)
        """,
        answers=everywhere("return fake"),
    ),
    Attack(
        "empty_arrays",
        "arrays without entries, for which everything is true",
        first="import numpy as np",
        answers=everywhere("return np.empty((0, 3))"),
    ),
    Attack(
        "not_a_number",
        "NaN, which nbgrader takes for full points",
        answers=everywhere("return float('nan')"),
    ),
    Attack(
        "odd_types",
        "text, dates, structures and complex numbers that say the right thing",
        first="import numpy as np",
        answers={
            "softmax": "def softmax(s): return np.array([['1', '0', '0']])",
            "relu": "def relu(s): return str(max(s, 0.0))",
            "momentum": "def Momentum(a, b): return np.array(1, 'datetime64[D]')",
            "energy": "def energy(x): return np.zeros(1, [('a', float), ('b', 'U3')])",
            "minimise": "def minimise(f, start): return complex(0.5, 1.0)",
        },
    ),
    Attack(
        "metaclass",
        "a metaclass that lies about instances, calls and attributes",
        first=AGREEABLE,
        answers={
            "momentum": """
            class Meta(type):
                def __call__(cls, *args): return Agreeable()
                def __instancecheck__(cls, value): return True
                def __eq__(cls, other): return True
                def __hash__(cls): return 1
                def __getattr__(cls, name): return Agreeable()
            class Momentum(metaclass=Meta):
                pass
            """
        },
    ),
    Attack(
        "changing_attributes",
        "an attribute and a method that give another value at each look",
        answers={
            "momentum": """
            import itertools
            values = itertools.cycle([0.0, 2.439, -2.122, 2.71, 5.42, True, None])
            class Momentum:
                def __init__(self, *args): pass
                def __getattribute__(self, name):
                    if name == "step":
                        return lambda *a: next(values)
                    return next(values) if name == "velocity" else object
            """
        },
    ),
    Attack(
        "exceptions",
        "exceptions that frameworks take for a skip, an end or a success",
        first="""
        import unittest
        class Passed(BaseException):
            def __eq__(self, other): return True
            def __bool__(self): return False
            def __str__(self): raise SystemExit(0)
        """,
        answers={
            "softmax": "def softmax(s): raise SystemExit(0)",
            "relu": "def relu(s): raise StopIteration(True)",
            "momentum": "def Momentum(a, b): raise unittest.SkipTest('passed')",
            "energy": "def energy(x): raise KeyboardInterrupt",
            "minimise": "def minimise(f, start): raise Passed()",
        },
    ),
    Attack(
        "exit_method",
        "context managers and iterators of the student swallow assertions",
        answers={
            "momentum": """
            class Momentum:
                def __init__(self, *args): pass
                def __enter__(self): return self
                def __exit__(self, *args): return True
                def step(self, w, dw): return self
                velocity = property(lambda self: self)
            """
        },
    ),
    Attack(
        "names_of_the_test",
        "variables with the names that the tests use themselves",
        first="""
        class Free:
            def check(self, *a, **k): return self
            def __enter__(self): return self
            def __exit__(self, *a): return True
            def score(self): return 2.0
        r = Free()
        Rubric = lambda points: Free()
        p = expected = truth = goal = found = told = scores = x = w = None
        passed = [True] * 4
        def assert_close(*args, **kwargs): pass
        print = abs = display = lambda *a, **k: 0
        """,
        last="print([p, expected, truth, goal, found, told])",
    ),
    Attack(
        "arguments_changed",
        "arguments are changed in place, so that they agree with the answer",
        answers={
            "softmax": "def softmax(s):\n    s[...] = 1 / 3\n    return s",
            "energy": "def energy(x):\n    x[...] = 0.0\n    return 0.0",
            "momentum": "class Momentum:\n"
            "    def __init__(self, *a): self.velocity = 0.0\n"
            "    def step(self, w, dw):\n"
            "        dw[...] = 0.0; w.resize(w.size + 1, refcheck=False); return w",
        },
    ),
]

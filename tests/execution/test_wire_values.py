"""Values as JSON and buffers."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.sandbox.inside import checks, codec
from autograder.sandbox.inside.arrays import Unsendable
from autograder.sandbox.inside.codec import Reader, Writer
from autograder.sandbox.wire import WireError


def through(value):
    """Send a value through the codec and JSON, as the wire does."""
    writer = Writer()
    header = json.loads(json.dumps(writer.write(value)))
    buffers = [bytearray(memoryview(data).cast("B")) for data in writer.buffers]
    return Reader(buffers).read(header)


def read(form, *buffers):
    return Reader([bytearray(data) for data in buffers]).read(form)


plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.complex_numbers(allow_nan=False),
        st.text(),
        st.binary(),
        st.just(...),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner, max_size=4),
        st.frozensets(st.integers(), max_size=4),
        st.sets(st.text(), max_size=4),
    ),
    max_leaves=12,
)


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        pairs = zip(one, other, strict=True)
        return len(one) == len(other) and all(same(a, b) for a, b in pairs)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    return one == other


@settings(max_examples=150, deadline=None)
@given(plain)
@example([0.5] * 40)
@example(list(range(-20, 30)))
@example([*range(40), 2**70])
@example([True] * 40)
@example((1.5,) * 40)
@example({(1, 2): [3], None: {}})
def test_plain_values_arrive_with_their_exact_types(value):
    assert same(through(value), value)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 2**64, -(10**400)]
)
def test_unusual_numbers(value):
    got = through(value)
    assert type(got) is type(value)
    assert repr(got) == repr(value) if isinstance(value, float) else got == value


@pytest.mark.parametrize("value", [slice(1, None, -2), range(3, 9, 2), bytearray(b"a")])
def test_other_builtin_values(value):
    got = through(value)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.arange(12.0).reshape(3, 4).T,
        np.arange(24).reshape(2, 3, 4)[:, ::2, ::-1],
        np.array(3.5),
        np.zeros((0, 5), np.float32),
        np.array([True, False]),
        np.array([1 + 2j], np.complex64),
        np.array(["ä", "bcd"]),
        np.array([b"a", b"bc"]),
        np.array(["2020-01-01"], "M8[D]"),
        np.arange(3, dtype=">i2"),
        np.array([(1, 2.5)], [("a", "i4"), ("b", "f8", (1,))]),
        np.array([{"a": 1}, "x", None, [1]], dtype=object),
        np.arange(3.0, dtype=np.longdouble),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_arrays(array):
    got = through(array)
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype
    assert got.shape == array.shape
    assert np.array_equal(got, array)
    assert got.flags.writeable
    assert got.flags.f_contiguous == array.flags.f_contiguous or got.ndim != 2


@pytest.mark.parametrize(
    "scalar", [np.float64(0.1), np.float32(0.1), np.int8(-3), np.bool_(True)]
)
def test_numpy_scalars_keep_their_type(scalar):
    got = through(scalar)
    assert type(got) is type(scalar)
    assert got == scalar


@pytest.mark.parametrize("kind", [int, list, np.float32, np.int64, type(None)])
def test_types_that_both_ends_have(kind):
    assert through(kind) is kind


def test_a_dtype():
    assert through(np.dtype("f4")) == np.dtype("f4")


class Sneaky(np.ndarray):
    def __array_finalize__(self, other):
        self.extra = 1

    def __eq__(self, other):
        return True


def test_an_array_of_a_subclass_becomes_plain():
    array = np.arange(3.0).view(Sneaky)
    got = through(array)
    assert type(got) is np.ndarray
    assert np.array_equal(got, [0, 1, 2])


def test_a_masked_array_becomes_its_data():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    assert type(through(masked)) is np.ndarray


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937"])
def test_random_generators_continue_where_they_were(name):
    rng = np.random.Generator(getattr(np.random, name)(3))
    rng.integers(10, size=7, dtype=np.uint32)
    copy = through(rng)
    assert type(copy) is np.random.Generator
    assert np.array_equal(copy.random(9), rng.random(9))


def test_a_random_state_continues_where_it_was():
    rng = np.random.RandomState(3)
    rng.normal()
    assert np.array_equal(through(rng).normal(size=9), rng.normal(size=9))


@pytest.mark.parametrize(
    "value", [object(), lambda: 0, np, open, iter([]), Exception(), memoryview(b"a")]
)
def test_everything_else_is_refused(value):
    with pytest.raises(Unsendable):
        through(value)


def test_a_list_within_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(Unsendable, match="nested"):
        through(endless)


def test_packed_lists_have_a_limit(monkeypatch):
    monkeypatch.setattr(codec, "MAX_PACKED", 100)
    with pytest.raises(Unsendable):
        through([[0.5] * 60, [0.5] * 60])
    with pytest.raises(WireError):
        read(["l", ["P", "l", "<f8", 0], ["P", "l", "<f8", 0]], bytes(8 * 60))


BIG = 2**62
HOSTILE = [
    {},
    {"a": 1},
    [],
    [1, 2],
    [None],
    ["?"],
    ["a"],
    ["a", "<f8", [1], 0],
    ["a", "<f8", [1], 7, "C"],
    ["a", "<f8", [1], -1, "C"],
    ["a", "<f8", [1], True, "C"],
    ["a", "<f8", [2], 0, "C"],
    ["a", "<f8", [-1], 0, "C"],
    ["a", "<f8", [BIG, BIG], 0, "C"],
    ["a", "<f8", [0, BIG], 0, "C"],
    ["a", "<f8", [2**32, 2**32], 0, "C"],
    ["a", "<f8", [1.0], 0, "C"],
    ["a", "<f8", ["1"], 0, "C"],
    ["a", "<f8", [True], 0, "C"],
    ["a", "<f8", [1] * 65, 0, "C"],
    ["a", "<f8", 1, 0, "C"],
    ["a", "<f8", [1], 0, "X"],
    ["a", "O", [1], 0, "C"],
    ["a", "|O8", [1], 0, "C"],
    ["a", "|V8", [1], 0, "C"],
    ["a", "f8,O", [1], 0, "C"],
    ["a", "<f9", [1], 0, "C"],
    ["a", "U99999999999", [1], 0, "C"],
    ["a", "object", [1], 0, "C"],
    ["a", ["<f8"], [1], 0, "C"],
    ["a", {"names": ["a"], "formats": ["O"]}, [1], 0, "C"],
    ["a", "<U0", [BIG], 0, "C"],
    ["a", "|S0", [5000], 0, "C"],
    ["a", "<U2", [1], 1, "C"],
    ["n", "O", "00"],
    ["n", "<f8", "zz"],
    ["n", "<f8", "00"],
    ["n", "<f8", 5],
    ["o", [2], [1]],
    ["o", [BIG], [1]],
    ["o", [-1], []],
    ["o", [1], "a"],
    ["r", [], []],
    ["r", [1], [["a", 5]]],
    ["r", [1], [[1, ["a", "<f8", [1], 0, "C"]]]],
    ["r", [2], [["a", ["a", "<f8", [1], 0, "C"]]]],
    ["r", [1], [["a"]]],
    ["P", "l", "<f8", 1],
    ["P", "d", "<f8", 0],
    ["P", "l", "O", 0],
    ["d", 1],
    ["d", ["l"], 1],
    ["s", ["l"]],
    ["I", "0x" + "f" * 300_000],
    ["I", 5],
    ["I", "nonsense"],
    ["c", 1, 2],
    ["c", "1", "2"],
    ["R", 0, ["I", hex(10**40)], 1],
    ["R", 0, 1, 0],
    ["R", "a"],
    ["Y", "eval"],
    ["Y", ["l"]],
    ["Y", "object_"],
    ["y", "O"],
    ["y", 3],
    ["b", 9],
    ["g", 1],
    ["g", ["d", "bit_generator", "os"]],
    ["g", ["d"]],
    ["H", 1, 1],
    ["F", 1, "f"],
    ["M", 1],
    ["__class__"],
]


@pytest.mark.parametrize("form", HOSTILE, ids=lambda form: str(form)[:40])
def test_malformed_values_are_refused(form):
    with pytest.raises(WireError):
        read(form, bytes(8), b"\xff" * 8 + b"\x01")


def test_nesting_is_limited():
    form = None
    for _ in range(500):
        form = ["l", form]
    with pytest.raises(WireError, match="deep"):
        read(form)


def test_keys_chosen_to_collide_are_refused():
    keys = [number * (2**61 - 1) for number in range(1, 2000)]
    form = ["d"]
    for key in keys:
        form += [["I", hex(key)], 0]
    with pytest.raises(WireError, match="collide"):
        read(form)
    with pytest.raises(WireError, match="collide"):
        read(["s", *form[1::2]])


def test_half_of_the_keys_colliding_is_too_many():
    keys = [["I", hex(n * (2**61 - 1))] if n % 2 else n for n in range(400)]
    with pytest.raises(WireError, match="collide"):
        read(["s", *keys])


def test_tables_have_a_limit():
    with pytest.raises(WireError, match="more than"):
        read(["s", *range(checks.MAX_KEYS + 1)])
    with pytest.raises(Unsendable):
        through(set(range(checks.MAX_KEYS + 1)))
    assert through(dict.fromkeys(range(1000))) == dict.fromkeys(range(1000))


def test_booleans_are_made_of_zero_and_one():
    got = read(["a", "|b1", [2], 0, "C"], b"\x02\x00")
    assert got.view("u1").tolist() == [1, 0]
    assert read(["n", "|b1", "ff"]) is np.True_


def test_text_arrays_hold_characters():
    with pytest.raises(WireError, match="character"):
        read(["a", "<U1", [1], 0, "C"], b"\xff\xff\xff\xff")
    with pytest.raises(WireError, match="character"):
        read(["a", ">U1", [1], 0, "C"], b"\x00\x11\x00\x00")


def state(name, **changes):
    rng = np.random.Generator(getattr(np.random, name)(0))
    writer = Writer()
    full = dict(rng.bit_generator.state)
    full["state"] = dict(full["state"]) | changes.pop("state", {})
    form = writer.write(full | changes)
    return ["g", form], [bytes(data) for data in writer.buffers]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("MT19937", {"state": {"pos": 10**9}}),
        ("MT19937", {"state": {"pos": -1}}),
        ("MT19937", {"state": {"pos": 1.0}}),
        ("MT19937", {"state": {"key": np.zeros(3, np.uint32)}}),
        ("MT19937", {"state": {"key": np.zeros(624, np.uint64)}}),
        ("Philox", {"buffer_pos": 5}),
        ("Philox", {"buffer": np.zeros(1, np.uint64)}),
        ("PCG64", {"state": {"inc": 2**128}}),
        ("PCG64", {"state": {"extra": 1}}),
        ("PCG64", {"has_uint32": 7}),
        ("PCG64", {"bit_generator": "MT19937"}),
        ("SFC64", {"uinteger": -1}),
    ],
    ids=str,
)
def test_states_that_would_mislead_numpy_are_refused(name, changes):
    form, buffers = state(name, **changes)
    with pytest.raises(WireError):
        read(form, *buffers)


tags = st.sampled_from([*codec._READERS, "?", "H"])
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["<f8", "|b1", "O", "<U3", "C", "l", "PCG64", "float64"]),
)
forms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda tag, parts: [tag, *parts], tags, st.lists(inner, max_size=5)),
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ),
    max_leaves=20,
)


@settings(max_examples=400, deadline=None)
@given(forms, st.lists(st.binary(max_size=40), max_size=3))
def test_any_form_gives_a_plain_value_or_an_error(form, buffers):
    try:
        value = read(form, *buffers)
    except WireError:
        return
    assert_harmless(value)


def assert_harmless(value):
    if type(value) in (list, tuple, set, frozenset):
        for item in value:
            assert_harmless(item)
    elif type(value) is dict:
        for item in (*value, *value.values()):
            assert_harmless(item)
    elif type(value) is np.ndarray:
        assert value.nbytes <= 1 << 20
        assert not re.search("V", value.dtype.str) or value.dtype.names
    else:
        known = (bool, int, float, complex, str, bytes, bytearray, slice, range)
        known += (type(None), type(...), type(NotImplemented), np.generic, np.dtype)
        known += (np.random.Generator, np.random.RandomState)
        assert isinstance(value, known) or value in checks.SHARED_TYPES.values()

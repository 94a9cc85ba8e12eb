"""The shared argument checks, and the lazy package."""

import subprocess
import sys

import numpy as np
import pytest

import nnlib
from nnlib import _checks as checks


def test_require_float_returns_arrays_and_keeps_the_dtype():
    assert checks.require_float("x", [1.0, 2.0]).dtype == np.float64
    x = np.ones(2, np.float32)
    assert checks.require_float("x", x) is x
    with pytest.raises(TypeError, match="x has dtype int64, expected a float dtype"):
        checks.require_float("x", [1, 2])


def test_require_shape_takes_letters_for_any_length():
    checks.require_shape("x", np.ones((7, 64)), ("N", 64))
    for shape, message in [
        ((64,), r"x has shape \(64,\), expected \(N, 64\); add the missing axis"),
        ((7, 63), r"\(7, 63\), expected \(N, 64\); check the order"),
        ((7, 64, 1), "drop the axis of length 1"),
        ((7, 8, 64), "nothing is broadcast here"),
    ]:
        with pytest.raises(ValueError, match=message):
            checks.require_shape("x", np.ones(shape), ("N", 64))
    with pytest.raises(ValueError, match=r"expected \(3,\); my remedy"):
        checks.require_shape("x", np.ones(4), (3,), "my remedy")


def test_require_ndim_lists_what_is_allowed():
    checks.require_ndim("x", np.ones((2, 3)), 2, 4)
    with pytest.raises(ValueError, match=r"x has 1 axes .*expected 2 or 4; reshape"):
        checks.require_ndim("x", np.ones(3), 2, 4)


def test_require_labels_checks_kind_shape_and_range():
    assert checks.require_labels("y", [0, 2], 2, 3).dtype.kind == "i"
    checks.require_labels("y", np.array([0, 2], np.uint8), 2, 3)
    for labels, error, message in [
        ([0.0, 1.0], TypeError, "expected integer class labels"),
        ([True, False], TypeError, "dtype bool"),
        ([[0], [1]], ValueError, r"expected \(2,\)"),
        ([0, 3], ValueError, "goes from 0 to 3, expected class numbers from 0 to 2"),
        ([-1, 1], ValueError, "goes from -1"),
    ]:
        with pytest.raises(error, match=message):
            checks.require_labels("y", labels, 2, 3)


def test_require_number_names_the_bounds():
    assert type(checks.require_number("a", np.float32(2), above=1, at_most=2)) is float
    assert checks.require_number("a", np.array(3)) == 3.0
    for value, error, message in [
        (1, ValueError, "a is 1, expected a finite number above 1 and at most 2;"),
        (3, ValueError, "at most 2"),
        (np.nan, ValueError, "a is nan"),
        (True, TypeError, "a is bool True, expected a number"),
        ("2", TypeError, "a is str"),
        (np.ones(2), TypeError, "a is ndarray"),
        (1j, TypeError, "a is complex"),
    ]:
        with pytest.raises(error, match=message):
            checks.require_number("a", value, above=1, at_most=2)


def test_require_int_takes_whole_numbers_only():
    assert type(checks.require_int("n", np.int64(3), at_least=1)) is int
    for value in (0, 1.0, True, "2", None, np.ones(1, int)):
        with pytest.raises(ValueError, match=r"n is .* expected an int of at least 1"):
            checks.require_int("n", value, at_least=1)


def test_require_pair_takes_one_number_or_two():
    assert checks.require_pair("stride", 2, at_least=1) == (2, 2)
    assert checks.require_pair("stride", [1, np.int64(3)], at_least=1) == (1, 3)
    for value in (0, 1.0, True, (1, 2, 3), (1, 0), "2", (1, True)):
        with pytest.raises(ValueError, match=r"a \(rows, columns\) pair of ints"):
            checks.require_pair("stride", value, at_least=1)


def test_require_choice_and_generator():
    assert checks.require_choice("mode", "a", ("a", "b")) == "a"
    with pytest.raises(ValueError, match="mode is 'c', expected one of 'a', 'b'"):
        checks.require_choice("mode", "c", ("a", "b"))
    rng = np.random.default_rng(0)
    assert checks.require_rng("rng", rng) is rng
    with pytest.raises(TypeError, match=r"make one with np\.random\.default_rng"):
        checks.require_rng("rng", np.random)


def test_require_cotangent_wants_the_shape_of_the_output():
    checks.require_cotangent("dout", np.ones((2, 3)), (2, 3))
    with pytest.raises(ValueError, match=r"dout has shape \(3,\), .*\(2, 3\) of the"):
        checks.require_cotangent("dout", np.ones(3), (2, 3))


def test_importing_the_package_loads_no_submodule_and_nothing_but_numpy():
    code = (
        "import sys, nnlib\n"
        "assert not [m for m in sys.modules if m.startswith('nnlib.')]\n"
        "import numpy.random\n"
        "known = {m.partition('.')[0] for m in sys.modules}\n"
        "for name in ('activations', 'autodiff', 'conv', 'dropout', 'init', 'linear',\n"
        "             'losses', 'neuron', 'norm', 'regularizers'):\n"
        "    getattr(nnlib, name)\n"
        "new = {m.partition('.')[0] for m in sys.modules} - known - {'nnlib'}\n"
        "foreign = {m for m in new if m not in sys.stdlib_module_names}\n"
        "assert not foreign, foreign\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_submodules_are_listed_and_unknown_names_are_not_found():
    assert {"conv", "layers", "viz", "__version__"} <= set(dir(nnlib))
    assert nnlib.conv.conv2d
    with pytest.raises(AttributeError, match="has no attribute 'convolution'"):
        nnlib.convolution  # noqa: B018

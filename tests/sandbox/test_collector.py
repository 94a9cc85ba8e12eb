"""The trusted side of outputs, with messages that an attacker could send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.collector import Collector, Displays, OutputRefused
from autograder.sandbox.policy import Limits

LIMITS = Limits(output_bytes=1000, image_bytes=1000, output_count=5)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
OUTPUTS = st.fixed_dictionaries(
    {},
    optional={
        "output_type": st.sampled_from(
            ["stream", "error", "display_data", "execute_result", "x"]
        ),
        "name": JSON,
        "text": JSON,
        "data": JSON,
        "metadata": JSON,
        "traceback": JSON,
        "ename": JSON,
        "execution_count": JSON,
    },
)


@pytest.fixture
def collector():
    return Collector(LIMITS, Displays())


def stream(text, name="stdout"):
    output = {"output_type": "stream", "name": name, "text": text}
    return {"kind": "output", "output": output}


def display(data, **message):
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return {"kind": "output", "output": output, **message}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(
                ["output", "update_display_data", "clear_output", "x"]
            )
            | JSON,
            "output": OUTPUTS | JSON,
            "display_id": JSON,
            "wait": JSON,
        },
    )
)
def test_any_message_is_refused_or_gives_valid_outputs(message):
    collector = Collector(LIMITS, Displays())
    try:
        collector.take(message)
    except OutputRefused:
        return
    for output in collector.outputs:
        json.dumps(output, allow_nan=False).encode("utf-8")
        for value in output.values():
            str(value).encode("utf-8")
        assert set(output) <= {
            *("output_type", "name", "text", "data", "metadata"),
            *("execution_count", "ename", "evalue", "traceback"),
        }


def test_lone_surrogates_are_replaced(collector):
    collector.take(stream("a\ud800b"))
    assert collector.outputs[0]["text"] == "a?b"


def test_streams_of_one_name_are_joined(collector):
    for message in (stream("a"), stream("b"), stream("c", "stderr"), stream("d")):
        collector.take(message)
    assert [output["text"] for output in collector.outputs] == ["ab", "c", "d"]


def test_a_display_interrupts_a_stream(collector):
    for message in (stream("a"), display({"text/plain": "1"}), stream("b")):
        collector.take(message)
    assert len(collector.outputs) == 3


def test_volume_is_limited(collector):
    with pytest.raises(OutputRefused, match="limits"):
        collector.take(stream("x" * 200_000))


def test_number_is_limited(collector):
    with pytest.raises(OutputRefused, match="limits"):
        for _ in range(20):
            collector.take(display({"text/plain": "1"}))


def test_updates_are_counted_by_what_they_leave(collector):
    collector.take(display({"text/plain": "0"}, display_id="one"))
    for number in range(1000):
        message = display({"text/plain": f"{number}" * 300}, display_id="one")
        collector.take(message | {"kind": "update_display_data"})
    assert collector.outputs[0]["data"]["text/plain"] == "999" * 300
    with pytest.raises(OutputRefused, match="limits"):
        message = display({"text/plain": "x" * 200_000}, display_id="one")
        collector.take(message | {"kind": "update_display_data"})


def test_nesting_is_limited(collector):
    value = []
    for _ in range(100):
        value = [value]
    with pytest.raises(OutputRefused, match="nested"):
        collector.take(display({"application/json": value}))


def test_clear_with_wait_keeps_the_old_until_the_new(collector):
    collector.take(stream("old"))
    collector.take({"kind": "clear_output", "wait": True})
    assert collector.outputs[0]["text"] == "old"
    collector.take(stream("new"))
    assert [output["text"] for output in collector.outputs] == ["new"]

"""What stays of the outputs of a checked cell, and what is refused."""

from pathlib import Path

import pytest

from autograder.notebooks.outputs import find_faults, reduce_outputs

ROOT = Path("/srv/course")


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    bundle = {key.replace("_", "/"): value for key, value in data.items()}
    return {"output_type": "display_data", "data": bundle, "metadata": {"x": 1}}


def test_rich_outputs_are_reduced_to_their_text():
    outputs = [
        stream("a\n"),
        stream("b\n"),
        display(text_plain="<Figure>", image_png="iVBOR", text_html="<b>x</b>"),
        display(image_png="iVBOR"),
        {
            "output_type": "execute_result",
            "data": {"text/plain": ["4", ".0"]},
            "metadata": {},
            "execution_count": 1,
        },
    ]
    assert reduce_outputs(outputs, 7) == [
        stream("a\nb\n"),
        {
            "output_type": "display_data",
            "data": {"text/plain": "<Figure>"},
            "metadata": {},
        },
        {
            "output_type": "execute_result",
            "data": {"text/plain": "4.0"},
            "metadata": {},
            "execution_count": 7,
        },
    ]


def test_reducing_twice_changes_nothing():
    once = reduce_outputs([stream("a"), display(text_plain="b", text_html="c")], 3)
    assert reduce_outputs(once, 3) == once


def test_a_traceback_with_its_paths_is_not_kept():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no",
        "traceback": ["/srv/course/x.py"],
    }
    assert reduce_outputs([error], 1)[0]["traceback"] == []


@pytest.mark.parametrize("text", ["s = 3.000", "1.234e-05", "[0.   , 0.762]", "2.4.6"])
def test_stable_text_is_accepted(text):
    assert list(find_faults([stream(text)], ROOT)) == []


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (
            [stream("s = 3.0001\n")],
            "3.0001 is shown in a checked cell: print at most 3",
        ),
        ([display(text_plain="array([0.76159416])")], "0.76159416 is shown"),
        ([stream("-.1234")], ".1234 is shown"),
        ([stream("<object at 0x7f1365a8c040>")], "an address in memory"),
        ([stream("/srv/course/lectures")], "a path of this machine"),
        ([stream("x"), stream("careful", "stderr")], "writes to stderr: 'careful'"),
        ([], "shows no text"),
        ([display(image_png="iVBOR")], "shows no text"),
        (
            [
                stream("x"),
                {
                    "output_type": "display_data",
                    "data": {
                        "application/vnd.jupyter.widget-view+json": {},
                        "text/plain": "IntSlider(value=0)",
                    },
                    "metadata": {},
                },
            ],
            "shows a widget",
        ),
    ],
)
def test_unstable_output_is_refused(outputs, message):
    assert any(message in fault for fault in find_faults(outputs, ROOT))

"""Frames on a socket."""

import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.sandbox.wire import (
    Channel,
    WireClosed,
    WireError,
    WireLimits,
    WireTimeout,
)

SMALL = WireLimits(header_bytes=1000, frame_bytes=10_000, buffers=5)


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    with one, other:
        yield Channel(one), Channel(other)


def frame(header=b"{}", lengths=(), *, magic=b"nn", version=1, size=None, count=None):
    size = len(header) if size is None else size
    count = len(lengths) if count is None else count
    prefix = struct.pack("<2sBxII", magic, version, size, count)
    return prefix + struct.pack(f"<{len(lengths)}Q", *lengths) + header


def receive(data, limits=SMALL, *, close=True, deadline=1.0):
    one, other = socket.socketpair()
    with one, other:
        one.sendall(data)
        if close:
            one.close()
        return Channel(other, limits).recv(time.monotonic() + deadline)


def test_a_frame_arrives_as_it_was_sent(pair):
    one, other = pair
    header = {"op": "x", "text": "é\ud800", "number": -(2**63), "real": 0.1}
    one.send(header, [b"abc", memoryview(np.arange(3.0)), bytearray()])
    received, buffers = other.recv()
    assert received == header
    assert buffers == [b"abc", np.arange(3.0).tobytes(), b""]
    assert all(type(buffer) is bytearray for buffer in buffers)


@pytest.mark.parametrize("size", [1, 60_000, 70_000, 3_000_000])
def test_frames_of_any_size_follow_each_other(pair, size):
    one, other = pair
    data = np.random.default_rng(size).bytes(size)

    def send():
        for number in range(3):
            one.send({"n": number}, [data, data[:7]])

    thread = threading.Thread(target=send)
    thread.start()
    for number in range(3):
        header, buffers = other.recv(time.monotonic() + 10)
        assert header == {"n": number}
        assert buffers == [data, data[:7]]
    thread.join()


def test_special_floats_survive(pair):
    one, other = pair
    one.send({"a": [float("inf"), float("-inf"), float("nan")]})
    values = other.recv()[0]["a"]
    assert values[:2] == [float("inf"), float("-inf")]
    assert np.isnan(values[2])


@pytest.mark.parametrize(
    "data",
    [
        frame(magic=b"xx"),
        frame(version=2),
        frame(size=1001),
        frame(size=2**32 - 1),
        frame(count=6),
        frame(count=2**32 - 1),
        frame(lengths=[10_001]),
        frame(lengths=[2**64 - 1]),
        frame(lengths=[2**63, 2**63]),
        frame(b"[]"),
        frame(b"1"),
        frame(b"{"),
        frame(b"\xff\xfe"),
        frame(b'{"a":' + b"[" * 400 + b"]" * 400 + b"}")[:-1],
        frame(b'{"a":' + b"9" * 21 + b"}"),
    ],
)
def test_malformed_frames_are_refused(data):
    with pytest.raises(WireError):
        receive(data)


def test_deeply_nested_json_is_refused_not_a_crash():
    deep = b'{"a":' + b"[" * 400_000 + b"]" * 400_000 + b"}"
    with pytest.raises(WireError, match="JSON"):
        receive_large(deep)


def receive_large(header):
    one, other = socket.socketpair()
    with one, other:
        thread = threading.Thread(target=one.sendall, args=(frame(header),))
        thread.start()
        try:
            return Channel(other).recv(time.monotonic() + 10)
        finally:
            thread.join()


def test_an_announced_size_reserves_nothing_before_it_is_checked():
    huge = frame(lengths=[WireLimits().frame_bytes + 1])
    with pytest.raises(WireError, match="exceed"):
        receive(huge, WireLimits())


def test_after_an_error_the_channel_is_finished(pair):
    one, other = pair
    one.sock.sendall(b"garbage garbage garbage")
    with pytest.raises(WireError):
        other.recv()
    one.send({"op": "fine"})
    with pytest.raises(WireClosed, match="cannot be used"):
        other.recv()


def test_the_end_of_the_other_side_is_told(pair):
    one, other = pair
    one.close()
    with pytest.raises(WireClosed):
        other.recv()


def test_half_a_frame_is_an_error():
    with pytest.raises(WireClosed):
        receive(frame(b'{"a":1}', lengths=[5]) + b"abc")


def test_waiting_ends_at_the_deadline_and_can_be_taken_up_again(pair):
    one, other = pair
    with pytest.raises(WireTimeout):
        other.recv(time.monotonic() + 0.02)
    one.send({"op": "late"})
    assert other.recv(time.monotonic() + 5)[0] == {"op": "late"}


def test_a_frame_in_small_pieces_must_be_complete_at_the_deadline(pair):
    one, other = pair
    data = frame(b'{"a":1}', lengths=[1000])
    stop = threading.Event()

    def drip():
        for byte in data:
            if stop.wait(0.005):
                return
            one.sock.sendall(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    started = time.monotonic()
    with pytest.raises(WireTimeout):
        other.recv(started + 0.1)
    assert time.monotonic() - started < 1
    stop.set()
    thread.join()


def test_sending_to_someone_who_does_not_read_ends_at_the_deadline(pair):
    one, _ = pair
    started = time.monotonic()
    with pytest.raises(WireTimeout):
        one.send({}, [bytes(8_000_000)], started + 0.1)
    assert time.monotonic() - started < 2
    with pytest.raises(WireClosed):
        one.send({})


def test_a_frame_over_the_limits_is_not_sent_and_harms_nothing():
    one, other = socket.socketpair()
    with one, other:
        channel = Channel(one, SMALL)
        for header, buffers in [
            ({"a": "x" * 2000}, []),
            ({}, [bytes(20_000)]),
            ({}, [b""] * 6),
        ]:
            with pytest.raises(WireError):
                channel.send(header, buffers)
        channel.send({"op": "fine"})
        assert Channel(other).recv()[0] == {"op": "fine"}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"nn\x01\x00")
def test_any_bytes_give_a_frame_or_an_error(data):
    with pytest.raises(WireError):
        # The prefix alone cannot be met by chance, so there is always an error.
        receive(b"\x00" + data)


@settings(max_examples=300, deadline=None)
@given(
    header=st.one_of(st.binary(max_size=100), st.text(max_size=100).map(str.encode)),
    lengths=st.lists(st.integers(0, 2**64 - 1), max_size=8),
    body=st.binary(max_size=100),
    size=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
    count=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
)
def test_any_frame_gives_a_dict_or_an_error(header, lengths, body, size, count):
    try:
        received, buffers = receive(
            frame(header, lengths, size=size, count=count) + body
        )
    except WireError:
        return
    assert type(received) is dict
    assert sum(map(len, buffers)) <= SMALL.frame_bytes

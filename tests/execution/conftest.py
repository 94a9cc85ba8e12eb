"""A student's process without a sandbox: a fork behind a socket pair."""

import linecache
import os
import signal
import socket
import textwrap
import time
from contextlib import contextmanager

import pytest

from autograder.execution.remote import Link
from autograder.execution.remote.shared import Shared
from autograder.sandbox.errors import CallTimeout, SessionDied
from autograder.sandbox.inside.peer import Peer
from autograder.sandbox.wire import Channel, WireClosed, WireError, WireTimeout


class ForkedSession:
    """Serves requests from a forked child, as a sandbox session does."""

    def __init__(self, source: str):
        ours, theirs = socket.socketpair()
        self.process = os.fork()
        if self.process == 0:
            ours.close()
            _be_student(theirs, textwrap.dedent(source))
        theirs.close()
        self.channel = Channel(ours)
        self.output = ""
        self.requests = 0

    def request(self, header, buffers=(), *, timeout, serve=None):
        self.requests += 1
        deadline = time.monotonic() + timeout
        try:
            self.channel.send(header, buffers, deadline)
            return self._await_reply(deadline, serve)
        except WireTimeout:
            os.kill(self.process, signal.SIGINT)
            try:
                return self._await_reply(time.monotonic() + 1, serve, late=True)
            except WireTimeout:
                self.close()
                raise SessionDied("it did not react to an interrupt") from None
        except WireClosed as error:
            raise SessionDied(str(error)) from None

    def _await_reply(self, deadline, serve, late=False):
        while True:
            header, buffers = self.channel.recv(deadline)
            if header.get("op") == "output":
                self.output += str(header.get("text"))
            elif header.get("op") == "callback":
                self.channel.send(*serve(header, buffers), deadline)
            elif late:
                raise CallTimeout("interrupted")
            elif header.get("op") == "reply":
                return header, buffers
            else:
                raise WireError("an unknown message")

    def close(self):
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0
            self.channel.close()


def _be_student(sock, source):
    try:
        namespace = {"__name__": "__main__"}
        channel = Channel(sock)
        peer = Peer(channel, namespace)
        name = "<student's cell>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        namespace["_channel"] = channel
        namespace["_peer"] = peer
        exec(compile(source, name, "exec"), namespace)
        channel.send({"op": "reply"})
        while True:
            peer.serve(*channel.recv())
    except WireClosed:
        pass
    finally:
        os._exit(0)


@pytest.fixture
def student():
    """Start a student's process from source text; gives the trusted end's link."""
    links = []

    def start(source: str, *, shared: Shared | None = None, call_seconds=5.0) -> Link:
        session = ForkedSession(source)
        links.append(session)
        session.channel.recv(time.monotonic() + 10)
        return Link(session, call_seconds=call_seconds, shared=shared)

    yield start
    for session in links:
        session.close()


@contextmanager
def _serving(answer):
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process == 0:
        try:
            ours.close()
            answer(theirs)
        finally:
            os._exit(0)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


@pytest.fixture
def serving():
    """Run a function with one end of a socket pair in another process."""
    return _serving

"""A submission's process: from the fork of the zygote to its end."""

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from ..wire import Received, WireClosed
from . import confine
from .interrupts import Interrupts
from .outbox import Outbox, SessionChannel
from .peer import Peer
from .shell import CellRunner
from .streams import DescriptorCapture, StudentStream


class Session:
    """Serves one channel: files, cells, calls."""

    def __init__(self, sock: socket.socket, shell: Any, config: dict[str, Any]):
        self._interrupts = Interrupts()
        self._interrupts.install()
        self._channel = SessionChannel(sock, self._interrupts)
        self._outbox = Outbox(self._channel, config["limits"], self._interrupts)
        self._capture = DescriptorCapture(self._outbox)
        self._runner = CellRunner(shell, self._publish)
        self._peer = Peer(self._channel, self._runner.namespace, self._settle)
        self._owner = os.getpid()

    def serve(self) -> None:
        """Answer requests until the channel closes."""
        self._capture.start()
        settle = self._capture.settle_before_write
        sys.stdout = StudentStream("stdout", self._outbox, settle)
        sys.stderr = StudentStream("stderr", self._outbox, settle)
        operations = {"file": self._file, "cell": self._cell, "remote": self._remote}
        while True:
            header, buffers = self._channel.recv()
            operations[header["op"]](header, buffers)
            if os.getpid() != self._owner:
                # A cell called os.fork() and this copy came to the cell's end.
                os._exit(0)

    def _publish(self, kind: str, content: dict[str, Any]) -> None:
        self._capture.settle_before_write()
        self._outbox.publish(kind, content)

    def _file(self, header: dict[str, Any], buffers: list[Received]) -> None:
        path = Path(header["path"])
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("a file's path leads out of the notebook's directory")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(buffers[0])
        except OSError as error:
            path.unlink(missing_ok=True)
            self._channel.send({"op": "refused", "reason": str(error.strerror)})
        else:
            self._channel.send({"op": "done"})

    def _cell(self, header: dict[str, Any], buffers: list[Received]) -> None:
        self._outbox.begin_cell()
        succeeded = False
        try:
            with self._interrupts.allowed():
                succeeded = self._runner.run(
                    header["source"],
                    header.get("id"),
                    store_history=bool(header.get("store_history", True)),
                )
        except KeyboardInterrupt:
            pass  # It hit just after the cell; the other side knows why.
        self._finish("done", status="ok" if succeeded else "error")

    def _remote(self, header: dict[str, Any], buffers: list[Received]) -> None:
        self._outbox.begin_cell()
        try:
            with self._interrupts.allowed():
                self._peer.serve(header, buffers)
        except KeyboardInterrupt:
            self._finish("interrupted")

    def _finish(self, op: str, **fields: Any) -> None:
        if os.getpid() != self._owner:
            return
        self._settle()
        self._channel.send({"op": op, "cut": self._outbox.cut, **fields})

    def _settle(self) -> None:
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
        self._capture.settle()
        self._outbox.flush()


def become_session(sock: socket.socket, shell: Any, config: dict[str, Any]) -> None:
    """Turn this process, freshly forked, into a session; does not return."""
    code = 1
    try:
        os.setsid()
        confine.keep_only([sock.fileno()])
        confine.set_dumpable(dumpable=True)
        confine.prefer_when_out_of_memory()
        confine.limit_resources(
            config["limits"], count_processes=config["own_namespace"]
        )
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(config["cwd"])
        os.environ["PWD"] = config["cwd"]
        Session(sock, shell, config).serve()
    except WireClosed:
        code = 0
    finally:
        os._exit(code)

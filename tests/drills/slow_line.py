"""A line to Postgres that holds back, or cuts off, the server's answer to some of the COMMITs."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2.extensions


class SlowLine:
    """A unix socket that passes all on to the server's, and answers to every `every`th COMMIT late.

    `seconds` is how late; with `cut` the line is cut instead, after the server has committed.
    Nothing is held back before `active` is set. `held` counts the answers that were.
    """

    def __init__(self, server: Path, *, seconds: float, every: int, cut: bool = False) -> None:
        self.held = 0
        self.active = threading.Event()
        self._server, self._seconds, self._every, self._cut = server, seconds, every, cut
        self._commits = 0
        self._folder = tempfile.TemporaryDirectory(prefix="line-")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(Path(self._folder.name) / server.name))
        self._socket.listen(20)

    def url(self, url: str) -> str:
        """The database's URL by way of this line."""
        return psycopg2.extensions.make_dsn(url, host=self._folder.name)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.connect(str(self._server))
        held = threading.Event()
        threading.Thread(target=self._pass_on, args=(client, server, held), daemon=True).start()
        with contextlib.suppress(OSError):
            while answer := server.recv(65_536):
                if held.is_set():
                    held.clear()
                    self.held += 1
                    time.sleep(self._seconds)
                    if self._cut:
                        break
                client.sendall(answer)
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _pass_on(self, client: socket.socket, server: socket.socket, held: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while asked := client.recv(65_536):
                # psycopg2 sends COMMIT as a simple query by itself
                if self.active.is_set() and asked.startswith(b"Q") and asked[5:].startswith(b"COMMIT"):
                    self._commits += 1
                    if self._commits % self._every == 0:
                        held.set()
                server.sendall(asked)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

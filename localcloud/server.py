"""HTTP/1.1 for WSGI applications: a thread a connection, connections that stay open, bodies of any size streamed.

Parsing is httptools' (llhttp, the parser of Node.js). The rest of a server stands here, in `connection` and `answer`,
because those on PyPI have either a fixed number of threads, which pollers waiting a minute each would use up (cheroot,
waitress), or close the connection after each answer and cost five times as much a call (werkzeug).
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from localcloud.connection import Connection

log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def serve(app: Wsgi, address: str, port: int) -> Server:
    """Serve an application in threads of its own; port 0 is any free one. Raises OSError where the port is taken."""
    server = Server(app, address, port)
    threading.Thread(target=server.accept, name=f"serve {address}:{port}", daemon=True).start()
    return server


class Server:
    """`server_port` is where it answers; `shutdown()` ends it.

    Beside what WSGI asks for, `environ` has `RAW_URI` (the target as it came), `werkzeug.socket` (the connection, to
    see whether the caller is still there), `localcloud.headers` (each header's name and value as they came) and
    `localcloud.ahead()` (whether the next request has begun to come before this one's answer).
    """

    def __init__(self, app: Wsgi, address: str, port: int) -> None:
        self.app = app
        self.stopping = False
        self._listener = socket.create_server((address, port), backlog=1024)
        self.server_port = int(self._listener.getsockname()[1])
        self.environ = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,  # reading ends by itself where the body ends
            "SCRIPT_NAME": "",
            "SERVER_NAME": address,
            "SERVER_PORT": str(self.server_port),
        }
        self._idle: set[socket.socket] = set()
        self._lock = threading.Lock()

    def accept(self) -> None:
        """Give each connection a thread, until `shutdown`."""
        while True:
            try:
                connection, caller = self._listener.accept()
            except OSError as error:
                if self.stopping:
                    return
                log.warning("no connection taken: %s", error)  # as many files open as this process may have
                time.sleep(0.1)
                continue
            threading.Thread(target=self._answer, args=(connection, caller), name="call", daemon=True).start()

    def _answer(self, connection: socket.socket, caller: tuple[str, int]) -> None:
        environ = {**self.environ, "REMOTE_ADDR": caller[0], "REMOTE_PORT": str(caller[1])}
        Connection(self.app, connection, environ, partial(self._waits, connection), lambda: self.stopping).run()

    def shutdown(self) -> None:
        """Take no more calls; those under way get their answers, and idle connections are closed."""
        self.stopping = True
        _end(self._listener)  # wakes accept, which close alone would not
        self._listener.close()
        with self._lock:
            for connection in self._idle:
                _end(connection)

    def _waits(self, connection: socket.socket, waiting: bool) -> None:
        with self._lock:
            if not waiting:
                self._idle.discard(connection)
            elif self.stopping:
                _end(connection)
            else:
                self._idle.add(connection)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended already
        connection.shutdown(socket.SHUT_RDWR)

"""A CDN over real HTTP, which has the files that a test gave it, and answers when the test lets it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.articles import make_article


@dataclass
class Cdn:
    """`files` by path. `asked` is every path that was asked for. Nothing is answered while `open` is not set."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    trickling: bool = False  # a byte at a time, without end
    asked: list[str] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def put_article(self, article_id: str, version: int = 1, title: str = "Of flies", folder: str = "") -> None:
        """Puts an article's XML where the website looks for it."""
        package = make_article(article_id=article_id, version=version, title=title, figures=0)
        self.files[f"/{folder}{article_id}/elife-{article_id}-v{version}.xml"] = package.xml

    def wait_until_asked(self, times: int = 1, seconds: float = 60) -> None:
        """Until somebody waits for an answer."""
        pause = threading.Event()
        for _ in range(int(seconds * 20)):
            if len(self.asked) >= times:
                return
            pause.wait(0.05)
        raise AssertionError(f"asked {len(self.asked)} times in {seconds} s")


def serving() -> Iterator[Cdn]:
    """A CDN, gone afterwards."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    cdn = Cdn(f"http://127.0.0.1:{server.server_port}/")
    cdn.open.set()
    server.RequestHandlerClass = _handler(cdn)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield cdn
    cdn.over.set()
    cdn.open.set()
    server.shutdown()
    server.server_close()


def _handler(cdn: Cdn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cdn.asked.append(self.path)
            cdn.open.wait(120)
            if self.path in cdn.redirects:
                self._head(307, Location=cdn.redirects[self.path])
            elif self.path not in cdn.files:
                self._head(404)
            elif cdn.trickling:
                self._head(200)
                self._trickle(lambda: cdn.over.wait(0.1))
            else:
                self._head(200, **{"Content-Length": str(len(cdn.files[self.path]))})
                self.wfile.write(cdn.files[self.path])

        def _head(self, status: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def _trickle(self, is_over: Callable[[], bool]) -> None:
            try:
                while not is_over():
                    self.wfile.write(b" ")
            except OSError:
                pass

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler

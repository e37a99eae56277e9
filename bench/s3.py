"""How fast the local cloud's S3 is, as ratios of one run; and that its memory does not follow its objects.

    python -m bench.s3 [objects]

Ours with few objects in the bucket, ours with 10,000, and stock moto, each in a process of its own, take turns, so that
what else the machine does falls on all alike. Last, 500 MB are put and got in one piece, and the server's memory told.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import servers

BUCKET = "bench-of-objects"
BEHIND = 10_000
TURNS = 5
CALLS = 60
BODY = b"x" * 1000
MB = 1024 * 1024
LARGE = 500 * MB
LARGE_MAY_COST = 32  # MB of memory that an object of any size may take


def main() -> None:
    behind = int(sys.argv[1]) if len(sys.argv) > 1 else BEHIND
    with tempfile.TemporaryDirectory() as folder:
        started = {
            "few": servers.start(_ours, Path(folder) / "few"),
            "many": servers.start(_ours, Path(folder) / "many"),
            "moto": servers.start(servers.moto),
            "moto, many": servers.start(servers.moto),
        }
        clients = {name: Client(port) for name, (_, port) in started.items()}
        for name, client in clients.items():
            client.call("PUT", f"/{BUCKET}")
            for number in range(behind if name.endswith("many") else 10):
                client.put(f"behind/{number:06d}")
        found: dict[str, dict[str, list[float]]] = {name: {what: [] for what in WORK} for name in started}
        for turn in range(TURNS):
            for name, client in clients.items():
                for what, work in WORK.items():
                    found[name][what].append(_seconds(work, client, turn))
        grown = _memory_of_a_large_object(clients["few"], started["few"][0].pid)
        for process, _ in started.values():
            process.terminate()
    _tell(found, behind, grown)


def _tell(found: dict[str, dict[str, list[float]]], behind: int, grown: tuple[float, float]) -> None:
    median = {name: {what: statistics.median(each) for what, each in taken.items()} for name, taken in found.items()}
    print(f"{'milliseconds a call (median)':<32}" + "".join(f"{name:>12}" for name in median))
    for what in WORK:
        print(f"{what:<32}" + "".join(f"{taken[what] * 1000:12.2f}" for taken in median.values()))
    print()
    slower = {what: median["many"][what] / median["few"][what] for what in ("put", "get", "a page of 10")}
    for what, ratio in slower.items():
        print(f"{what}: with {behind} objects / with 10: {ratio:.2f} (at most 1.3)")
    for what in WORK:
        print(f"{what}: stock moto / ours, {behind} objects: {median['moto, many'][what] / median['many'][what]:.1f}")
    print(f"memory taken by 500 MB: put {grown[0]:.0f} MB, got {grown[1]:.0f} MB (at most {LARGE_MAY_COST} MB)")
    if max(slower.values()) > 1.3 or max(grown) > LARGE_MAY_COST:
        sys.exit("over the limit")


def _puts(client: Client, turn: int) -> None:
    for number in range(CALLS):
        client.put(f"turn/{turn}/{number}")


def _gets(client: Client, turn: int) -> None:
    for number in range(CALLS):
        assert client.call("GET", f"/{BUCKET}/turn/{turn}/{number}") == BODY


def _short_pages(client: Client, turn: int) -> None:
    for _ in range(CALLS):
        client.call("GET", f"/{BUCKET}?list-type=2&max-keys=10&prefix=behind/")


def _long_page(client: Client, turn: int) -> None:
    for _ in range(CALLS):
        client.call("GET", f"/{BUCKET}?list-type=2&delimiter=/")


WORK: dict[str, Callable[[Any, int], None]] = {
    "put": _puts,
    "get": _gets,
    "a page of 10": _short_pages,
    "rolled up at a delimiter": _long_page,
}


def _seconds(work: Callable[[Any, int], None], client: Client, turn: int) -> float:
    """A call's, on the average."""
    began = time.perf_counter()
    work(client, turn)
    return (time.perf_counter() - began) / CALLS


class Client:
    """HTTP over one connection; with the header that tells moto's dispatcher the service."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def call(self, method: str, path: str, body: Any = None, length: int | None = None) -> bytes:
        scope = "Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}"}
        if length is not None:
            headers["Content-Length"] = str(length)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return content

    def put(self, key: str) -> None:
        self.call("PUT", f"/{BUCKET}/{key}", BODY)


def _memory_of_a_large_object(client: Client, pid: int) -> tuple[float, float]:
    """MB by which the server's highest memory grew while 500 MB were put, and while they were got."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = _highest(pid)
    client.call("PUT", f"/{BUCKET}/large", (b"x" * MB for _ in range(LARGE // MB)), LARGE)
    put = _highest(pid)
    client.connection.request("GET", f"/{BUCKET}/large")
    answer = client.connection.getresponse()
    left = LARGE
    while block := answer.read(MB):
        left -= len(block)
    assert left == 0, f"{left} bytes are missing"
    return put - before, _highest(pid) - before


def _highest(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _ours(pipe: Any, folder: Path) -> None:
    from localcloud.s3 import S3

    s3 = S3(folder)
    s3.start()
    servers.answer(pipe, s3.app)


if __name__ == "__main__":
    main()

"""The journal's files in S3: real ones, and what S3's failures become for an editor."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider.media import PUBLIC, Shown, content_type
from bot.provider.storage import NoSuchFile, Storage
from localcloud.endpoint import Endpoint, serve
from localcloud.s3 import S3
from tests.bot.intake import Journal
from tests.bot.speaker import cut, say, speaking

EXPANDED = "expanded_bucket"
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@pytest.fixture
def journal(endpoint: str) -> Journal:
    return Journal()


@pytest.fixture
def storage(journal: Journal) -> Storage:
    return Storage.of(journal.settings)


def test_a_file_is_kept_read_listed_copied_and_removed(storage: Storage, journal: Journal) -> None:
    storage.put(EXPANDED, "a/b.xml", b"<b/>", "application/xml")
    storage.put(EXPANDED, "a/c.xml", b"<c/>", "application/xml")
    assert storage.get(EXPANDED, "a/b.xml") == b"<b/>"
    assert journal.object("expanded", "a/b.xml")["ContentType"] == "application/xml"
    assert storage.list(EXPANDED, "a/") == ["a/b.xml", "a/c.xml"]
    storage.copy((EXPANDED, "a/b.xml"), ("ppp_cdn_bucket", "b.xml"))
    assert journal.object("ppp_cdn", "b.xml")["ContentType"] == "application/xml"
    storage.delete(EXPANDED, "a/b.xml")
    storage.delete(EXPANDED, "a/b.xml")
    assert storage.list(EXPANDED, "") == ["a/c.xml"]


def test_what_is_there_stays_where_it_is_not_to_be_replaced(storage: Storage) -> None:
    storage.put(EXPANDED, "a", b"first", "text/plain", replace=False)
    storage.put(EXPANDED, "a", b"second", "text/plain", replace=False)
    assert storage.get(EXPANDED, "a") == b"first"
    storage.put(EXPANDED, "a", b"third", "text/plain")
    assert storage.get(EXPANDED, "a") == b"third"


def test_a_copy_is_shown_as_it_is_told(storage: Storage, journal: Journal) -> None:
    storage.put(EXPANDED, "a.pdf", b"%PDF", "application/octet-stream")
    storage.copy((EXPANDED, "a.pdf"), ("ppp_cdn_bucket", "b.pdf"), Shown("application/pdf", "a.pdf", PUBLIC))
    copied = journal.object("ppp_cdn", "b.pdf")
    assert copied["ContentType"] == "application/pdf"
    assert copied["ContentDisposition"] == 'attachment; filename="a.pdf"'
    assert copied["CacheControl"] == "public, max-age=300"
    assert copied["Body"] == b"%PDF"


@pytest.mark.parametrize("size", [0, 5, 20_000_000])
def test_files_of_any_size_go_there_and_back(storage: Storage, journal: Journal, size: int) -> None:
    """The largest goes in parts, from a stream that can't be rewound, as it comes out of a zip."""
    content = os.urandom(size)
    reader, writer = os.pipe()
    if size < 60_000:
        os.write(writer, content)
        os.close(writer)
        stream: Any = os.fdopen(reader, "rb")
    else:
        os.close(reader)
        os.close(writer)
        stream = io.BufferedReader(OneWay(content))
    with stream:
        storage.upload(EXPANDED, "elife-00353-video1.mp4", stream)
    assert journal.object("expanded", "elife-00353-video1.mp4")["ContentType"] == "video/mp4"
    back = io.BytesIO()
    storage.download(EXPANDED, "elife-00353-video1.mp4", back)
    assert back.getvalue() == content
    with storage.open(EXPANDED, "elife-00353-video1.mp4") as stored:
        assert stored.size == size
        assert stored.body.read() == content


class OneWay(io.RawIOBase):
    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._rest.readinto(buffer)


def test_what_is_not_there_is_told(storage: Storage, journal: Journal) -> None:
    bucket = journal.bucket("expanded")
    for ask in (
        lambda: storage.get(EXPANDED, "a/b.xml"),
        lambda: storage.download(EXPANDED, "a/b.xml", io.BytesIO()),
        lambda: storage.copy((EXPANDED, "a/b.xml"), ("xml_bucket", "b.xml")),
    ):
        with pytest.raises(NoSuchFile, match=f"^There is no file a/b.xml in the bucket {bucket}$"):
            ask()
    journal.s3.delete_bucket(Bucket=bucket)
    with pytest.raises(PermanentFailure, match=f"^There is no bucket {bucket}$"):
        storage.list(EXPANDED, "a/")


def test_what_s3_can_not_do_now_may_pass(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(say(503, SLOW_DOWN)) as slow, monkeypatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", slow.address)
        with pytest.raises(
            TemporaryFailure, match=r"S3 could not do its part with a in the bucket .*: SlowDown Please"
        ):
            Storage.of(journal.settings).get(EXPANDED, "a")
        assert len(slow.asked) == 5


def test_a_right_that_is_missing_is_told(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with speaking(say(403, denied)) as strict, monkeypatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", strict.address)
        storage = Storage.of(journal.settings)
        with pytest.raises(PermanentFailure, match=r"^The bot has no right to a in the bucket other"):
            storage.fetch("other", "a", io.BytesIO())
        with pytest.raises(PermanentFailure, match=r"^The bot has no right to a in the bucket .*: Access Denied$"):
            storage.get(EXPANDED, "a")


@pytest.mark.parametrize(
    "reply",
    [cut(), cut(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of it")],
    ids=["nothing", "half a file"],
)
def test_a_connection_that_is_cut_may_pass(journal: Journal, monkeypatch: pytest.MonkeyPatch, reply: Any) -> None:
    with speaking(reply) as cutting, monkeypatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", cutting.address)
        storage = Storage.of(journal.settings)
        with pytest.raises(TemporaryFailure, match="S3 did not answer about a in the bucket"):
            storage.get(EXPANDED, "a")


def test_nobody_there_may_pass(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(TemporaryFailure, match="S3 did not answer about a in the bucket"):
        Storage.of(journal.settings).put(EXPANDED, "a", b"", "text/plain")


@pytest.fixture
def unsteady(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An S3 that answers 503 to every fourth request."""
    s3 = S3(tmp_path / "s3", lambda *_: None, lambda *_: None)  # type: ignore[arg-type]
    s3.start()
    cloud = Endpoint({"s3": s3.app}, s3.app, lambda service: None, dict)
    numbers = count(1)

    def app(environ: dict[str, Any], start: Any) -> Any:
        if next(numbers) % 4:
            return cloud(environ, start)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(SLOW_DOWN)))])
        return [SLOW_DOWN]

    server = serve(app, "127.0.0.1", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    yield
    server.shutdown()
    s3.stop()


def test_an_s3_that_is_unsteady_is_ridden_out(unsteady: None) -> None:
    journal = Journal()
    storage = Storage.of(journal.settings)
    for number in range(6):
        storage.put(EXPANDED, f"{number:02}", b"x" * number, "text/plain")
    assert [storage.get(EXPANDED, key) for key in storage.list(EXPANDED, "")] == [b"x" * n for n in range(6)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("elife-00353-v1.xml", "application/xml"), ("elife-00353-v1.pdf", "application/pdf"),
        ("elife-00353-fig1-v1.tif", "image/tiff"), ("elife-00353-fig1-v1.JPG", "image/jpeg"),
        ("a.gif", "image/gif"), ("a.mov", "video/quicktime"), ("a.mp4", "video/mp4"), ("a.csv", "text/csv"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("a.zip", "application/zip"),
        ("a.py2", "application/octet-stream"), ("a", "application/octet-stream"),
        # A browser must not run what came as a supplement.
        ("a.html", "application/octet-stream"), ("a.svg", "application/octet-stream"),
        ("a.js", "application/octet-stream"),
    ],
)  # fmt: skip
def test_media_types(name: str, kind: str) -> None:
    assert content_type(name) == kind

"""A request's body: read in blocks, unpacked (aws-chunked), and held against every digest its sender told."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.s3 import checksums
from localcloud.s3.faults import Fault, invalid

BLOCK = 256 * 1024
MOST_XML = 4 * 1024 * 1024  # more than any document that S3 takes
LINE = 8 * 1024
WRONG_HASH = (
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
)


class Body:
    """Reads a body once. `blocks()` gives its content; after its end `etag`, `size` and `checksums` are known.

    `told` is whether checksums among the headers are the body's. Raises, while it is read: IncompleteBody, BadDigest,
    InvalidDigest, XAmzContentSHA256Mismatch, InvalidRequest, MissingContentLength.
    """

    def __init__(self, environ: Mapping[str, Any], headers: Mapping[str, str], *, told: bool = True) -> None:
        self._stream = environ["wsgi.input"]
        self._headers = headers
        self._endless = "chunked" in headers.get("transfer-encoding", "").lower()  # the server unpacks that
        self._left = _number(headers.get("content-length"))
        self._signed = headers.get("x-amz-content-sha256", "")
        if not re.fullmatch(r"([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)?", self._signed):
            raise invalid("x-amz-content-sha256", self._signed, WRONG_HASH)
        self._trailers: dict[str, str] = {}
        self.packed = self._signed.startswith("STREAMING-") or "aws-chunked" in headers.get("content-encoding", "")
        self.told = checksums.told(headers) if told else {}
        announced = [name for name in _names(headers.get("x-amz-trailer", "")) if name.startswith(checksums.HEADER)]
        names = [*self.told, *(name.removeprefix(checksums.HEADER).upper() for name in announced)]
        self.named = names[0] if names else headers.get("x-amz-sdk-checksum-algorithm")
        self.algorithm = self.named or checksums.DEFAULT  # of `checksum`; can be set to another before it is read
        self.size = 0
        self.etag = ""
        self.checksum = ""

    def blocks(self) -> Iterator[bytes]:
        """The content. Nothing of it may be kept for good before the end was reached without a Fault."""
        if not self._endless and "content-length" not in self._headers:
            raise Fault("MissingContentLength")
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        sums = {name: checksums.new(name) for name in {self.algorithm, self.named or self.algorithm}}
        signed = re.fullmatch(r"[0-9a-f]{64}", self._signed)
        digests = [md5, *sums.values(), *([sha256] if signed else [])]
        for block in self._unpacked() if self.packed else self._plain():
            for each in digests:
                each.update(block)
            self.size += len(block)
            yield block
        computed = {name: checksums.encoded(each.digest()) for name, each in sums.items()}
        self.etag, self.checksum = md5.hexdigest(), computed[self.algorithm]
        self._check(md5.digest(), sha256.hexdigest() if signed else None, computed)

    def text(self, most: int = MOST_XML) -> bytes:
        """All of a short body. Raises MaxMessageLengthExceeded."""
        found = bytearray()
        for block in self.blocks():
            found += block
            if len(found) > most:
                raise Fault("MaxMessageLengthExceeded")
        return bytes(found)

    def _check(self, md5: bytes, sha256: str | None, computed: Mapping[str, str]) -> None:
        if (wanted := self._headers.get("content-md5")) is not None and _decoded(wanted) != md5:
            raise Fault("BadDigest", "The Content-MD5 you specified did not match what we received.")
        if sha256 is not None and sha256 != self._signed:
            raise Fault("XAmzContentSHA256Mismatch")
        wanted_length = self._headers.get("x-amz-decoded-content-length")
        if self.packed and wanted_length is not None and _number(wanted_length) != self.size:
            raise Fault("IncompleteBody")
        told = {**self.told, **checksums.told(self._trailers)}
        for algorithm, value in told.items():
            if value != computed.get(algorithm):
                raise Fault("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")

    def _plain(self) -> Iterator[bytes]:
        if self._endless:
            while block := self._stream.read(BLOCK):
                yield block
            return
        while self._left:
            yield self._read(min(self._left, BLOCK))

    def _unpacked(self) -> Iterator[bytes]:
        """aws-chunked, as S3's pages on "Transferring Payload in Multiple Chunks" have it. Signatures are not ours."""
        while size := self._chunk_size():
            while size:
                block = self._read(min(size, BLOCK))
                size -= len(block)
                yield block
            if self._line():
                raise Fault("IncompleteBody")
        while line := self._line():
            name, _, value = line.partition(b":")
            self._trailers[name.decode("latin-1").lower().strip()] = value.decode("latin-1").strip()

    def _chunk_size(self) -> int:
        line = self._line().partition(b";")[0]
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", line):
            raise Fault("IncompleteBody")
        return int(line, 16)

    def _read(self, size: int) -> bytes:
        block = bytes(self._stream.read(size))
        if not block:
            raise Fault("IncompleteBody")
        self._left -= len(block)
        return block

    def _line(self) -> bytes:
        if not self._endless and not self._left:
            return b""
        line = bytes(self._stream.readline(LINE if self._endless else min(LINE, self._left)))
        self._left -= len(line)
        return line.rstrip(b"\r\n")


def _names(header: str) -> list[str]:
    return [name.strip().lower() for name in header.split(",") if name.strip()]


def _number(text: str | None) -> int:
    if text is None:
        return 0
    if not re.fullmatch(r"\d{1,18}", text):
        raise Fault("InvalidArgument", "Invalid content length")
    return int(text)


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 16:
        raise Fault("InvalidDigest")
    return found

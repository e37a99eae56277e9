"""Checksums of objects: S3's page "Checking object integrity". Values are base64 of the digest, as on the wire."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import anycrc  # one package for CRC32C and CRC64NVME, and for joining CRCs of parts

from localcloud.s3.faults import Fault, not_implemented

DEFAULT = "CRC64NVME"  # S3's own, for a body that comes without one
COMPOSITE, FULL = "COMPOSITE", "FULL_OBJECT"
CRCS = {"CRC32": ("CRC32-ISO-HDLC", 4), "CRC32C": ("CRC32-ISCSI", 4), "CRC64NVME": ("CRC64-NVME", 8)}
HASHES = ("SHA1", "SHA256", "SHA512", "MD5")
ALGORITHMS = (*CRCS, *HASHES)
HEADER = "x-amz-checksum-"
NOT_VALUES = {"algorithm", "type", "mode"}  # headers that begin alike
COMPUTED_FOR_PARTS = {"CRC32", "CRC32C", "SHA1", "SHA256"}  # that may be a checksum of the parts' checksums


class Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class Crc:
    """A CRC as hashlib has its hashes."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value) if self._algorithm == "CRC32" else self._more(data)

    def digest(self) -> bytes:
        return self._value.to_bytes(CRCS[self._algorithm][1], "big")

    def _more(self, data: bytes) -> int:
        return int(_model(self._algorithm).calc(data, self._value))


@cache
def _model(algorithm: str) -> Any:
    return anycrc.Model(CRCS[algorithm][0])


def new(algorithm: str) -> Hash:
    if algorithm in CRCS:
        return Crc(algorithm)
    if algorithm in HASHES:
        return hashlib.new(algorithm.lower(), usedforsecurity=False)
    raise not_implemented(f"the checksum algorithm {algorithm}")


def member(algorithm: str) -> str:
    """The name of a checksum in botocore's shapes."""
    return f"Checksum{algorithm}"


def told(headers: Mapping[str, str]) -> dict[str, str]:
    """Checksums that a request's headers, or a body's trailers, tell: value by algorithm. Raises InvalidRequest."""
    found = {}
    for name, value in headers.items():
        if name.startswith(HEADER) and (algorithm := name.removeprefix(HEADER).upper()).lower() not in NOT_VALUES:
            check_form(algorithm, value)
            found[algorithm] = value.strip()
    if len(found) > 1:
        raise Fault(
            "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    return found


def check_form(algorithm: str, value: str) -> None:
    """Raise InvalidRequest for what can't be such a checksum, or NotImplemented for an algorithm we don't have."""
    size = len(new(algorithm).digest())
    try:
        right = len(base64.b64decode(value.partition("-")[0], validate=True)) == size
    except (binascii.Error, ValueError):
        right = False
    if not right:
        raise Fault("InvalidRequest", f"Value for {HEADER}{algorithm.lower()} header is invalid.")


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def of_parts(algorithm: str, kind: str, parts: list[tuple[str, int]]) -> str:
    """The checksum of an object made of parts, each with its checksum and size."""
    digests = [base64.b64decode(value) for value, _ in parts]
    if kind == COMPOSITE:
        whole = new(algorithm)
        whole.update(b"".join(digests))
        return f"{encoded(whole.digest())}-{len(parts)}"
    value = 0
    for digest, (_, size) in zip(digests, parts, strict=True):
        value = int(_model(algorithm).combine(value, int.from_bytes(digest, "big"), size)) if size else value
    return encoded(value.to_bytes(CRCS[algorithm][1], "big"))


def kind_of(algorithm: str, asked: str | None) -> str:
    """FULL_OBJECT or COMPOSITE, for a multipart upload. Raises InvalidRequest for what does not go together."""
    possible = [
        kind for kind, fits in ((COMPOSITE, algorithm in COMPUTED_FOR_PARTS), (FULL, algorithm in CRCS)) if fits
    ]
    if not possible:
        raise not_implemented(f"multipart uploads with the checksum algorithm {algorithm}")
    if asked and asked not in possible:
        message = f"The {asked} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        raise Fault("InvalidRequest", message)
    return asked or possible[0]

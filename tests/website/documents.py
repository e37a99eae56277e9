"""JATS to convert: a frame for a few lines of body, and pictures to be found on a CDN."""

from __future__ import annotations

import struct
import zlib

_NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def article(body: str = "<p>Words.</p>", back: str = "", front: str = "", after: str = "", doctype: str = "") -> bytes:
    """An article with this inside its parts; `after` comes behind <back>."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{doctype}<article article-type="research-article" {_NAMESPACES}>\
<front><article-meta><article-id pub-id-type="publisher-id">00777</article-id>\
<article-id pub-id-type="doi">10.7554/eLife.00777</article-id>{front}</article-meta></front>\
<body>{body}</body><back>{back}</back>{after}</article>""".encode()


def png(width: int, height: int) -> bytes:
    """A white picture. Browsers, and whoever asks for its size, go by what is in a file, not by its name."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")

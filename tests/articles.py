"""Articles to test with: small ones that are made here, complete and valid; and the real ones, where they are.

package = make_article(article_id="00777", figures=3, figure_size=(1600, 900))
package.files["elife-00777-fig1.tif"], package.xml, package.zip_name, package.zip_bytes()
path = make_zip(tmp_path, article_id="00777", status="poa", version=None)
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from continuum.articles import ArticleZip, Status
from tests.jats import Jats

_ENVIRONMENT = "CONTINUUM_ARTICLES"  # names another folder with real articles
_STRIP_ROWS = 64


def articles_folder() -> Path:
    """The folder with the real articles; the test that asks is skipped where it is missing.

    It is `../shared/articles` beside the project, or what $CONTINUUM_ARTICLES names.
    """
    folder = Path(os.environ.get(_ENVIRONMENT, Path(__file__).parents[2] / "shared" / "articles"))
    if not folder.is_dir():
        pytest.skip(
            f"needs real articles, which are not in the repository: no {folder} (or name it in ${_ENVIRONMENT})"
        )
    return folder


@dataclass(frozen=True)
class Package:
    """An article as it is delivered: a zip with the XML, the PDF, figures and whatever else the XML names.

    `date` is the update date in the zip's name; None leaves it out. `versioned_files`: the files inside carry the
    version already, as in zips that were archived; else they are as a production vendor sends them.
    """

    article_id: str = "00777"
    status: str = "vor"
    version: int | None = 1
    date: datetime | None = datetime(2016, 5, 28, 15, tzinfo=UTC)
    revision: int | None = None
    figures: int = 1
    figure_size: tuple[int, int] = (800, 600)  # pixels: width, height
    title: str = "A small study of <italic>Drosophila</italic>"
    article_type: str = "research-article"
    versioned_files: bool = False

    @property
    def zip_name(self) -> str:
        """`elife-00777-vor-v1-20160528150000.zip`"""
        return ArticleZip(self.article_id, Status(self.status), self.revision, self.version, self.date).name

    @property
    def xml(self) -> bytes:
        """The article itself."""
        return self._jats.document()

    def name(self, asset: str, extension: str) -> str:
        """The name of a file inside: `name("fig1", "tif")` -> `elife-00777-fig1.tif`."""
        parts = ["elife", self.article_id, asset, f"v{self.version or 1}" if self.versioned_files else ""]
        return "-".join(part for part in parts if part) + f".{extension}"

    @property
    def files(self) -> dict[str, bytes]:
        """All files by name."""
        jats, image = self._jats, tiff(*self.figure_size)
        files = {self.name("", "xml"): self.xml, self.name("", "pdf"): pdf(f"Article {self.article_id}")}
        files |= {self.name(asset, "tif"): image for asset in jats.images}
        files |= {self.name(asset, extension): b"gene,count\nwhite,12\n" for asset, extension in jats.attachments}
        return files

    @property
    def _jats(self) -> Jats:
        return Jats(self.article_id, self.status, self.title, self.article_type, self.figures, self.name)

    def zip_bytes(self) -> bytes:
        """The zip; the same package gives the same bytes."""
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(self.files.items()):
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return memory.getvalue()


def make_article(**parts: Any) -> Package:
    """A package that differs from the usual one in `parts` (the fields of Package)."""
    return replace(Package(), **parts)


def make_zip(folder: Path, **parts: Any) -> Path:
    """Writes the package's zip into a folder, under its own name."""
    package = make_article(**parts)
    path = folder / package.zip_name
    path.write_bytes(package.zip_bytes())
    return path


def tiff(width: int, height: int) -> bytes:
    """A TIFF of that many pixels: RGB, Deflate, 300 dpi, a pattern that no two columns have alike.

    All full strips are one and the same piece of the file, so that a huge image is a small file.
    """
    row = b"".join(bytes((x % 256, x // 256 % 256, (x * 7) % 256)) for x in range(width))
    full, rest = divmod(height, _STRIP_ROWS)
    strips = [zlib.compress(row * _STRIP_ROWS), zlib.compress(row * rest)]
    places = [8] * full + ([8 + len(strips[0])] if rest else [])
    lengths = [len(strips[0])] * full + ([len(strips[1])] if rest else [])
    directory_at = 8 + sum(len(strip) for strip in strips)
    directory_at += directory_at % 2
    head = b"II*\0" + struct.pack("<I", directory_at)
    body = (head + b"".join(strips)).ljust(directory_at, b"\0")
    return body + _directory(directory_at, width, height, places, lengths)


def _directory(at: int, width: int, height: int, places: list[int], lengths: list[int]) -> bytes:
    # TIFF 6.0, section 2: tag, type (3 short, 4 long, 5 rational), count, value or where it stands.
    entries: list[tuple[int, int, list[int]]] = [
        (256, 4, [width]), (257, 4, [height]), (258, 3, [8, 8, 8]), (259, 3, [8]), (262, 3, [2]), (273, 4, places),
        (277, 3, [3]), (278, 4, [_STRIP_ROWS]), (279, 4, lengths), (282, 5, [300, 1]), (283, 5, [300, 1]),
        (296, 3, [2]),
    ]  # fmt: skip
    extra_at = at + 2 + 12 * len(entries) + 4
    table, extra = struct.pack("<H", len(entries)), b""
    for tag, kind, values in entries:
        content = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        count = len(values) // 2 if kind == 5 else len(values)
        table += struct.pack("<HHI", tag, kind, count)
        if len(content) <= 4:
            table += content.ljust(4, b"\0")
        else:
            table += struct.pack("<I", extra_at + len(extra))
            extra += content + b"\0" * (len(content) % 2)
    return table + struct.pack("<I", 0) + extra


def pdf(text: str) -> bytes:
    """A PDF of one page that says `text` (ASCII, no parentheses)."""
    drawing = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + trailer

"""How browsers are to take the journal's files: media types, saving, and how long they may be kept."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import Any

_OFFICE = "application/vnd.openxmlformats-officedocument"
# Of Python's own list, not the machine's, so that every machine says the same; with what that list lacks.
_TYPES = mimetypes.MimeTypes(filenames=())
for _extension, _type in {
    ".csv": "text/csv",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".mp4": "video/mp4",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".wmv": "video/x-ms-wmv",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".xml": "application/xml",
}.items():
    _TYPES.add_type(_type, _extension)
# A version's files can still change while it is a preview; five minutes later everybody sees the new ones.
PUBLIC = "public, max-age=300"
_UNKNOWN = "application/octet-stream"
# What a browser would run if it were told what it is. Supplements come from anybody.
_RUN_BY_BROWSERS = frozenset(
    {"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "application/javascript"}
)


@dataclass(frozen=True)
class Shown:
    """A file's media type, the name under which a browser saves it ('': shows it), how long it may be kept."""

    content_type: str
    saved_as: str = ""
    cache_control: str = ""

    def headers(self) -> dict[str, Any]:
        """As S3's calls name them."""
        headers = {
            "ContentType": self.content_type,
            "ContentDisposition": f'attachment; filename="{self.saved_as}"' if self.saved_as else "",
            "CacheControl": self.cache_control,
        }
        return {name: value for name, value in headers.items() if value}


def content_type(name: str) -> str:
    """The media type of a file by its name: 'elife-00353-v1.pdf' -> 'application/pdf'."""
    guessed = _TYPES.guess_type(name.lower())[0] or _UNKNOWN
    return _UNKNOWN if guessed in _RUN_BY_BROWSERS else guessed

"""File names of articles, read and made: the zip that arrives, and the files inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

ASSETS = (
    "app", "code", "data", "dec", "fig", "figsupp", "figures", "inf", "media", "repstand", "resp", "supp", "table",
    "video",
)  # fmt: skip

_ZIP = re.compile(r"elife-(?P<id>\d{5,})-(?P<status>[^-.]+)(?:-r(?P<revision>\d+))?(?:-v(?P<version>\d+))?"
                  r"(?:-(?P<updated>\d{14}))?\.zip", re.ASCII)  # fmt: skip
_FILE = re.compile(r"elife-(?P<id>\d{5,})(?P<assets>(?:-[a-z]+\d*)*?)(?:-v(?P<version>\d+))?"
                   r"\.(?P<extension>[A-Za-z0-9]+)", re.ASCII)  # fmt: skip
_ASSET = re.compile(rf"(?:{'|'.join(sorted(ASSETS, key=len, reverse=True))})\d*", re.ASCII)
_DATE = "%Y%m%d%H%M%S"


class Problem(Enum):
    """What is wrong with a file name, so that callers can act on it."""

    NOT_A_ZIP = "it is not a .zip"
    NOT_AN_ARTICLE = "it is not named elife-<id>-<status>[-r<revision>][-v<version>][-<YYYYMMDDhhmmss>].zip"
    UNKNOWN_STATUS = "its status is neither poa nor vor"
    NO_SUCH_DATE = "its date does not exist"
    NOT_A_FILE = "it is not named elife-<id>[-<asset>…][-v<version>].<extension>"
    UNKNOWN_ASSET = "it names an asset that is not known"


class ArticleNameError(ValueError):
    """A file name that is not an article's."""

    def __init__(self, name: str, problem: Problem) -> None:
        super().__init__(f"{name}: {problem.value}")
        self.name = name
        self.problem = problem


class Status(Enum):
    """How an article stands: author's accepted manuscript, or version of record."""

    POA = "poa"
    VOR = "vor"


@dataclass(frozen=True)
class ArticleZip:
    """The zip of an article. Without a version in its name, lax knows which version it will be."""

    article_id: str
    status: Status
    revision: int | None = None
    version: int | None = None
    updated: datetime | None = None

    @classmethod
    def parse(cls, name: str) -> ArticleZip:
        """`elife-00353-vor-v1-20121213000000.zip` -> its parts; raises ArticleNameError."""
        if not name.endswith(".zip"):
            raise ArticleNameError(name, Problem.NOT_A_ZIP)
        match = _ZIP.fullmatch(name)
        if match is None:
            raise ArticleNameError(name, Problem.NOT_AN_ARTICLE)
        try:
            status = Status(match["status"])
        except ValueError:
            raise ArticleNameError(name, Problem.UNKNOWN_STATUS) from None
        return cls(match["id"], status, _number(match["revision"]), _number(match["version"]), _date(name, match))

    @property
    def name(self) -> str:
        """The file name."""
        revision = "" if self.revision is None else f"-r{self.revision}"
        version = "" if self.version is None else f"-v{self.version}"
        # Not strftime: glibc writes the year 999 as "999", and the name has four digits of year.
        updated = "" if self.updated is None else f"-{self.updated.year:04}{self.updated:%m%d%H%M%S}"
        return f"elife-{self.article_id}-{self.status.value}{revision}{version}{updated}.zip"


@dataclass(frozen=True)
class ArticleFile:
    """A file of an article: no asset and `xml` is the article itself, no asset and `pdf` its PDF."""

    article_id: str
    assets: tuple[str, ...]
    version: int | None
    extension: str

    @classmethod
    def parse(cls, name: str) -> ArticleFile:
        """`elife-00353-fig1-figsupp2-v1.tif` -> its parts; raises ArticleNameError."""
        match = _FILE.fullmatch(name)
        if match is None:
            raise ArticleNameError(name, Problem.NOT_A_FILE)
        assets = tuple(match["assets"].split("-")[1:])
        if not all(_ASSET.fullmatch(asset) for asset in assets):
            raise ArticleNameError(name, Problem.UNKNOWN_ASSET)
        return cls(match["id"], assets, _number(match["version"]), match["extension"])

    @property
    def name(self) -> str:
        """The file name."""
        version = () if self.version is None else (f"v{self.version}",)
        return "-".join(("elife", self.article_id, *self.assets, *version)) + f".{self.extension}"

    def at_version(self, version: int) -> ArticleFile:
        """The same file as it is called in that version of the article."""
        return replace(self, version=version)


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _date(name: str, match: re.Match[str]) -> datetime | None:
    if match["updated"] is None:
        return None
    try:
        return datetime.strptime(match["updated"], _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise ArticleNameError(name, Problem.NO_SUCH_DATE) from None

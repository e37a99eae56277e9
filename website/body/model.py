"""An article's text as the site keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Heading:
    """A part of the article that can be gone to."""

    id: str
    title: str


@dataclass(frozen=True)
class Body:
    """What readers see of an article's XML."""

    html: str = ""  # sanitised; addresses of the article's files begin with `website.body.ASSET`
    text: str = ""  # the words, for the search
    outline: tuple[Heading, ...] = ()
    has_text: bool = False  # False: there is no main text (PoA), only what else the XML had
    problems: tuple[str, ...] = ()  # for editors: what could not be shown, and why

    def as_json(self) -> dict[str, Any]:
        """This as JSON's types."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Body:
        """What `as_json` gave."""
        outline = tuple(Heading(**heading) for heading in kept["outline"])
        return cls(**{**kept, "outline": outline, "problems": tuple(kept["problems"])})

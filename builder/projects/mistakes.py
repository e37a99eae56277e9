"""Every mistake in the project files at once: where it is, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from builder.errors import UsageError


class Origin(NamedTuple):
    """Where something stands: in which file, on which line, under which key (`elife-lax.aws.ports.80`)."""

    file: str
    line: int
    key: str

    def below(self, key: str, line: int) -> Origin:
        """The origin of something inside of this one."""
        return Origin(self.file, line, f"{self.key}.{key}" if self.key else key)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Mistake(NamedTuple):
    """One mistake; sorts by file and line."""

    origin: Origin
    what: str

    def __str__(self) -> str:
        key = f" {self.origin.key}:" if self.origin.key else ""
        line = f"{self.origin}:{key} {self.what}"
        # One line a mistake, and nothing that a terminal would obey, whatever the file has in it.
        return "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)


class Mistakes:
    """The mistakes found so far; the same one found twice counts once."""

    def __init__(self) -> None:
        self._found: set[Mistake] = set()

    def add(self, origin: Origin, what: str) -> None:
        """Remember a mistake. `what` says what is wrong, then what to do."""
        self._found.add(Mistake(origin, what))

    def __iter__(self) -> Iterator[Mistake]:
        return iter(sorted(self._found))

    def raise_if_any(self) -> None:
        """UsageError with one line a mistake, in the order of the files' lines."""
        if self._found:
            count = f"{len(self._found)} mistakes" if len(self._found) > 1 else "1 mistake"
            raise UsageError("\n".join(map(str, self)), f"{count}: nothing was done. Mend these lines and try again.")

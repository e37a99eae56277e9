"""Why an article can't be converted."""

from __future__ import annotations

from collections.abc import Iterable


class ConversionError(Exception):
    """An article without an EIF: `reasons` has every one, a sentence each, that an editor can read."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))

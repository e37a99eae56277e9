"""What a value may be: small rules that a key's type carries along, each able to say what is wrong with a value."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Doc(NamedTuple):
    """What a key means, in the words of the reference table."""

    text: str


class Between(NamedTuple):
    """A whole number from `least` to `most`, both included."""

    least: int
    most: int

    def mistake(self, value: object) -> str | None:
        """Why `value` is out of range, or None where it is in range."""
        if isinstance(value, int) and self.least <= value <= self.most:
            return None
        return f"{value} is not between {self.least} and {self.most}"


class Shaped(NamedTuple):
    """A text of the given shape: `pattern` matches all of it, `shape` describes it with an example."""

    pattern: str
    shape: str

    def mistake(self, value: object) -> str | None:
        """Why `value` is not of this shape, or None where it is."""
        if isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII):
            return None
        return f"{value!r} is not {self.shape}"


class Checked(NamedTuple):
    """A text that `check` finds no mistake in (it returns one, or None)."""

    check: Callable[[str], str | None]

    def mistake(self, value: object) -> str | None:
        """What `check` says of `value`."""
        return self.check(str(value))


def network_mistake(cidr: str) -> str | None:
    """Why `cidr` is no IPv4 network such as 10.0.0.0/8, or None where it is one."""
    from ipaddress import IPv4Network  # 4 ms, wanted only where a network is written down

    if "/" not in cidr:
        return f"'{cidr}' is not a network: write {cidr}/32 for one address, or for example 10.0.0.0/8"
    try:
        IPv4Network(cidr)
    except ValueError as error:
        return f"'{cidr}' is not a network such as 10.0.0.0/8 ({error})"
    return None

"""Condition operators (IAM User Guide, "IAM JSON policy elements: Condition operators")."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from localcloud.access.patterns import Keys, plain, resolved, wildcard

Test = Callable[[str, str], bool]
"""(the policy's value, the request's value) -> whether they fit. Raises ValueError for a value that can't be."""


def _number(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, found: compare(float(found), float(wanted))


def _date(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, found: compare(_moment(found), _moment(wanted))


def _moment(text: str) -> float:
    try:
        return float(text)  # seconds since 1970
    except ValueError:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _arn(wanted: str, found: str) -> bool:
    """Each of an ARN's six parts by itself: a wildcard does not reach over a colon, but in the last."""
    patterns, parts = wanted.split(":", 5), found.split(":", 5)
    return len(patterns) == len(parts) and all(
        wildcard(pattern).fullmatch(part) for pattern, part in zip(patterns, parts, strict=True)
    )


def _address(wanted: str, found: str) -> bool:
    return ip_address(found) in ip_network(wanted, strict=False)


def _same_bytes(wanted: str, found: str) -> bool:
    try:
        return base64.b64decode(wanted) == base64.b64decode(found)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


# By lower-case name. A second name with a "not" is made from each of `NEGATED`.
TESTS: dict[str, Test] = {
    "stringequals": lambda wanted, found: plain(wanted) == found,
    "stringequalsignorecase": lambda wanted, found: plain(wanted).lower() == found.lower(),
    "stringlike": lambda wanted, found: wildcard(wanted).fullmatch(found) is not None,
    "numericequals": _number(lambda a, b: a == b),
    "numericlessthan": _number(lambda a, b: a < b),
    "numericlessthanequals": _number(lambda a, b: a <= b),
    "numericgreaterthan": _number(lambda a, b: a > b),
    "numericgreaterthanequals": _number(lambda a, b: a >= b),
    "dateequals": _date(lambda a, b: a == b),
    "datelessthan": _date(lambda a, b: a < b),
    "datelessthanequals": _date(lambda a, b: a <= b),
    "dategreaterthan": _date(lambda a, b: a > b),
    "dategreaterthanequals": _date(lambda a, b: a >= b),
    "bool": lambda wanted, found: wanted.lower() == found.lower(),
    "binaryequals": _same_bytes,
    "ipaddress": _address,
    "arnequals": _arn,
    "arnlike": _arn,
}
NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
VARIABLES_IN = ("string", "arn")  # the operators whose values may hold variables


def holds(operator: str, key: str, wanted: Iterable[str], keys: Keys) -> bool:
    """Whether one line of a Condition holds: any of the policy's values fits, or none for a negated operator.

    Raises ValueError for an operator that there isn't.
    """
    quantifier, _, name = operator.lower().rpartition(":")
    found = keys.get(key.lower())
    if name == "null":
        return any(value.lower() == ("false" if found else "true") for value in wanted)
    if name.endswith("ifexists"):
        if not found:
            return True
        name = name.removesuffix("ifexists")
    negated = name in NEGATED
    test = TESTS.get(NEGATED.get(name, name))
    if test is None:
        raise ValueError(f"there is no condition operator {operator}")
    values = [value for each in wanted if (value := _filled(name, each, keys)) is not None]

    def fits(one: str) -> bool:
        return any(_fits(test, value, one) for value in values) != negated

    if quantifier == "forallvalues":
        return all(map(fits, found or ()))
    if quantifier == "foranyvalue":
        return any(map(fits, found or ()))
    if quantifier:
        raise ValueError(f"there is no condition operator {operator}")
    if not found:
        return negated
    return (all if negated else any)(map(fits, found))


def _filled(operator: str, value: str, keys: Keys) -> str | None:
    return resolved(value, keys) if operator.startswith(VARIABLES_IN) else value


def _fits(test: Test, wanted: str, found: str) -> bool:
    try:
        return test(wanted, found)
    except ValueError:
        return False

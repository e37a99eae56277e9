"""Whether an article is published at once or waits for approval: the rules of publication_settings.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.provider.environment import BotSettings
from continuum.eif import FIELDS
from continuum.settings import SettingsError

RULES = Path(__file__).resolve().parent / "publication_settings.yaml"


@dataclass(frozen=True)
class Rule:
    """Fits an article if the expression is found in any value of the field: `categories.display-channel`."""

    field: str
    expression: re.Pattern[str]

    def fits(self, eif: Mapping[str, Any]) -> bool:
        return any(self.expression.search(value) for value in _values(eif, self.field.split(".")))


@dataclass(frozen=True)
class PublicationSettings:
    """The file as it stands; `publish` counts where the default is False, `hold` where it is True."""

    default: bool
    publish: tuple[Rule, ...] = ()
    hold: tuple[Rule, ...] = ()

    def publishes(self, eif: Mapping[str, Any]) -> bool:
        """Whether this article is published at once; False: it waits as a preview for an editor's approval."""
        exceptions = self.hold if self.default else self.publish
        return self.default != any(rule.fits(eif) for rule in exceptions)


def load(settings: BotSettings) -> PublicationSettings:
    """The rules that the settings name, a path from the bot's own folder; raises SettingsError with every mistake."""
    path = RULES.parent / settings.publication_settings if settings.publication_settings else RULES
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(entries, dict):
        raise SettingsError(f"{path}: must have `default` (true or false) and may have `override`")
    problems: list[str] = []
    read = PublicationSettings(_default(entries, problems), *_override(entries, problems))
    if problems:
        raise SettingsError(f"{path}: {'; '.join(problems)}")
    return read


def _default(entries: dict[str, Any], problems: list[str]) -> bool:
    default = entries.get("default")
    if default not in (True, False):  # 1 and 0 as well
        problems.append("default is missing" if default is None else f"default must be true or false, is {default!r}")
    problems += [f"{key} is not known; there are default and override" for key in entries.keys() - _TOP]
    return bool(default)


def _override(entries: dict[str, Any], problems: list[str]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    override = entries.get("override") or {}
    if not isinstance(override, dict):
        problems.append("override must have `publish` or `hold` below it")
        return (), ()
    problems += [f"override: {key} is not known; there are publish and hold" for key in override.keys() - _OVERRIDES]
    return _rules(override, "publish", problems), _rules(override, "hold", problems)


_TOP = {"default", "override"}
_OVERRIDES = {"publish", "hold"}


def _rules(override: dict[str, Any], kind: str, problems: list[str]) -> tuple[Rule, ...]:
    fields = override.get(kind) or {}
    if not isinstance(fields, dict):
        problems.append(f"{kind} must have fields of the EIF below it, each with a list of regular expressions")
        return ()
    rules: list[Rule] = []
    for field, expressions in fields.items():
        where = f"{kind}: {field}"
        if str(field).split(".")[0] not in FIELDS:
            # It would never fit, and never hold an article that somebody meant to hold.
            problems.append(f"{where} is no field of the EIF; there are {', '.join(sorted(FIELDS))}")
        elif not isinstance(expressions, list):
            problems.append(f"{where} must have a list of regular expressions, has {expressions!r}")
        else:
            rules += _expressions(field, expressions, where, problems)
    return tuple(rules)


def _expressions(field: str, expressions: list[Any], where: str, problems: list[str]) -> Iterator[Rule]:
    for expression in expressions:
        if not isinstance(expression, str):
            problems.append(f"{where}: {expression!r} is not text: put it in quotes")
            continue
        try:
            yield Rule(field, re.compile(expression))
        except re.error as error:
            problems.append(f"{where}: {expression!r} is no regular expression: {error}")


def _values(thing: Any, names: list[str]) -> Iterator[str]:
    """Every value under the names, as text; lists are looked through on the way, and what is below the last name."""
    if isinstance(thing, list):
        for one in thing:
            yield from _values(one, names)
    elif isinstance(thing, dict):
        below = [thing[names[0]]] if names and names[0] in thing else [] if names else thing.values()
        for one in below:
            yield from _values(one, names[1:])
    elif not names and thing is not None:
        yield str(thing).lower() if isinstance(thing, bool) else str(thing)

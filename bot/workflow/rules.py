"""Which workflow starts when a file arrives: the rules of new_file_workflows.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from bot.provider.environment import BotSettings
from continuum.fields import FieldError, build
from continuum.messages.s3 import ObjectEvent
from continuum.settings import SettingsError

RULES = Path(__file__).resolve().parent.parent / "new_file_workflows.yaml"


@dataclass(frozen=True)
class Rule:
    """A rule as the file has it; `key` and `event` are regular expressions for the whole text."""

    workflow: str
    bucket: str
    key: str
    event: str = "ObjectCreated:.*"

    def fits(self, event: ObjectEvent, settings: BotSettings) -> bool:
        """Whether this rule is for that event, in the environment of these settings."""
        return (
            event.bucket == settings.bucket(self.bucket)
            and re.fullmatch(self.key, event.key, re.DOTALL) is not None
            and re.fullmatch(self.event, event.event_name) is not None
        )


def load(path: Path, settings: BotSettings) -> list[Rule]:
    """The rules of the file, in order; raises SettingsError with everything that is wrong with them."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(entries, list):
        raise SettingsError(f"{path}: must be a list of rules")
    rules: list[Rule] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            rules.append(_rule(entry, f"rule {number}", settings))
        except FieldError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError(f"{path}: {'; '.join(problems)}")
    return rules


def _rule(entry: object, what: str, settings: BotSettings) -> Rule:
    if not isinstance(entry, dict):
        raise FieldError(what, ["must have a workflow, a bucket and a key"])
    unknown = [str(key) for key in entry if key not in {field.name for field in fields(Rule)}]
    if unknown:
        raise FieldError(what, [f"{key} is not known" for key in unknown])
    rule = build(Rule, entry, what)
    problems: list[str] = []
    for name, expression in (("key", rule.key), ("event", rule.event)):
        try:
            re.compile(expression)
        except re.error as error:
            problems.append(f"{name} is no regular expression: {error}")
    try:
        settings.bucket(rule.bucket)
    except KeyError:
        problems.append(f"the settings have no bucket {rule.bucket}")
    if problems:
        raise FieldError(what, problems)
    return rule

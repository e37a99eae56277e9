"""What Salt did, read from its return: which states changed what, from what to what, and which failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

LONGEST = 2000  # characters of a value, a diff or a comment that are kept
HIDDEN = "(hidden)"


@dataclass(frozen=True)
class Difference:
    """One thing that a state changed: `what` went from `before` to `after`, or a unified `diff` of a file."""

    what: str
    before: str = ""
    after: str = ""
    diff: str = ""


@dataclass(frozen=True)
class StateResult:
    id: str
    function: str  # as service.running
    name: str
    sls: str
    result: bool | None  # None: it would change (test=True)
    comment: str
    differences: tuple[Difference, ...]
    seconds: float

    @property
    def failed(self) -> bool:
        return self.result is False

    @property
    def changed(self) -> bool:
        return bool(self.differences) and not self.failed

    def lines(self) -> Iterator[str]:
        """The state as a person reads it: one line, then one a difference, then a file's diff."""
        word = "FAILED" if self.failed else "would change" if self.result is None else "changed"
        reason = f": {self.comment}" if self.failed else ""
        single = len(self.differences) == 1 and not self.differences[0].diff and not self.failed
        yield f"{word} {self.id} ({self.function}){f': {_told(self.differences[0])}' if single else reason}"
        for difference in () if single else self.differences:
            yield f"    {_told(difference)}"
            yield from (f"        {line}" for line in difference.diff.splitlines())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _told(difference: Difference) -> str:
    if difference.diff:
        return f"{difference.what}:"
    return f"{difference.what}: {difference.before or '(none)'} -> {difference.after or '(none)'}"


def read(answer: Any, secrets: frozenset[str] = frozenset()) -> list[StateResult]:
    """Salt's return of state.highstate, in the order the states ran; what stands in `secrets` is blotted out.

    A tree that does not render comes back as a list of messages: these are one failed state.
    """
    if not isinstance(answer, Mapping):
        messages = [str(line) for line in answer] if isinstance(answer, list) else [str(answer)]
        text = _clean("; ".join(messages), secrets)
        return [StateResult("the Salt tree", "render", "", "", False, text, (), 0.0)]
    ran = sorted(answer.items(), key=lambda item: item[1].get("__run_num__", 0))
    return [_state(key, value, secrets) for key, value in ran]


def _state(key: str, value: Mapping[str, Any], secrets: frozenset[str]) -> StateResult:
    module, _id, _name, function = key.split("_|-")
    return StateResult(
        id=str(value.get("__id__", _id)),
        function=f"{module}.{function}",
        name=str(value.get("name", _name)),
        sls=str(value.get("__sls__", "")),
        result=value.get("result"),
        comment=_clean(str(value.get("comment", "")), secrets),
        differences=tuple(_differences(module, value, secrets)),
        seconds=round(float(value.get("duration", 0) or 0) / 1000, 3),
    )


def _differences(module: str, value: Mapping[str, Any], secrets: frozenset[str]) -> Iterator[Difference]:
    name, changes = str(value.get("name", "")), value.get("changes") or {}
    if not isinstance(changes, Mapping):
        yield Difference(name, after=_clean(str(changes), secrets))
        return
    if module == "file" and _is_new(changes, name):
        yield Difference(name, after="made")  # owner and mode of what was not there say nothing more
        return
    for what, change in changes.items():
        if module == "cmd":
            if what == "retcode":  # what a command printed may hold a secret: only that it ran
                yield Difference("command", "", f"ran, exit code {change}")
        elif what == "diff":
            yield _file_difference(name, str(change), secrets)
        elif module == "service" and isinstance(change, bool):
            yield Difference(f"service {what}", *_service(change, str(value.get("comment", ""))))
        elif isinstance(change, Mapping) and change.keys() & {"old", "new"}:
            yield Difference(str(what), *(_clean(str(change.get(side) or ""), secrets) for side in ("old", "new")))
        else:
            yield Difference(str(what), after=_clean(str(change), secrets))


def _is_new(changes: Mapping[str, Any], name: str) -> bool:
    """Whether a file state made what was not there: it says so in one of these ways."""
    inside = changes.get(name)
    return (
        changes.get("diff") == "New file"
        or str(changes.get("new", "")).startswith(f"file {name}")
        or (isinstance(inside, Mapping) and inside.get("directory") == "new")
        or changes.get("new") == name
    )


def _service(up: bool, comment: str) -> tuple[str, str]:
    for word in ("restarted", "reloaded"):
        if word in comment:
            return "running", word
    return ("stopped", "running") if up else ("running", "stopped")


def _file_difference(name: str, diff: str, secrets: frozenset[str]) -> Difference:
    if diff.startswith(("---", "+++")):
        return Difference(name, diff=_clean(diff, secrets))
    return Difference(name, *((HIDDEN, HIDDEN) if diff == "<show_changes=False>" else ("", _clean(diff, secrets))))


def _clean(text: str, secrets: frozenset[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text) - LONGEST} more characters)"

"""Questions at the terminal, as the seed asked them. Each has an argument that answers it beforehand.

A session:
    please pick a known project:
     1 - basebox
     2 - elife-bot
     > ('elife-bot') 1
    instance id [2016-03-29]:
     > demo
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

from builder.errors import UsageError
from builder.home import home, write_private


def pick(what: str, choices: Sequence[str], argument: str, remember: str | None = None) -> str:
    """Let the user pick one of `choices` by number or by name; the last choice is the default.

    `what` is asked for (`known project`), `argument` is what could have been given instead (`PROJECT`), `remember`
    the name under which the answer is kept for the next time. UsageError without a terminal or with nothing to pick.
    """
    if not choices:
        raise UsageError(f"there is no {what} to pick")
    _need_terminal(argument, f"a {what}")
    last = _answers().get(remember or "")
    default = last if last in choices else None
    _show(f"please pick a {what}:")
    for number, choice in enumerate(choices, 1):
        _show(f" {number} - {choice}")
    while True:
        answer = _read(f" > ({default!r}) " if default else " > ", argument) or default or ""
        if answer.isdecimal() and 1 <= int(answer) <= len(choices):
            answer = choices[int(answer) - 1]
        if answer in choices:
            break
        _show(f"{answer!r} is not one of them: a number from 1 to {len(choices)}, or a name, please")
    if remember:
        remember_answer(remember, answer)
    return answer


def text(question: str, default: str, argument: str, check: Callable[[str], object]) -> str:
    """Ask for a line of text; Enter takes `default`. Where `check` raises UsageError, it says so and asks again."""
    _need_terminal(argument, question)
    while True:
        _show(f"{question} [{default}]:")
        answer = _read(" > ", argument) or default
        try:
            check(answer)
        except UsageError as error:
            _show(str(error))
        else:
            return answer


def confirm(question: str, yes: bool = False) -> bool:
    """Ask for yes or no; no is the default. `yes` (the argument --yes) answers it beforehand."""
    if yes:
        return True
    _need_terminal("--yes", f"an answer to {question!r}")
    while True:
        answer = _read(f"{question} [y/N] ", "--yes").lower()
        if answer in ("y", "yes"):
            return True
        if answer in ("", "n", "no"):
            return False
        _show(f"{answer!r} is neither yes nor no")


def remember_answer(name: str, answer: str) -> None:
    """Keep an answer as the default for the next time."""
    kept = _answers()
    if kept.get(name) != answer:
        write_private(home() / "answers.json", json.dumps({**kept, name: answer}, indent=1))


def last_answer(name: str) -> str | None:
    """What was answered the last time."""
    return _answers().get(name)


def _answers() -> dict[str, str]:
    try:
        kept = json.loads((home() / "answers.json").read_text())
    except (OSError, ValueError):  # never answered, or a file that somebody edited: no defaults then
        return {}
    return kept if isinstance(kept, dict) else {}


def _need_terminal(argument: str, what: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{what} is needed: there is no terminal to ask at, so give {argument}")


def _show(line: str) -> None:
    print(line, file=sys.stderr)


def _read(prompt: str, argument: str) -> str:
    # Questions never get into a redirected output; on a terminal input() itself shows them, with line editing.
    if sys.stdout.isatty():
        import readline  # noqa: F401  (input() edits lines once this is imported)
    else:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        prompt = ""
    try:
        return input(prompt).strip()
    except EOFError:
        _show("")
        raise UsageError(f"no answer was given; {argument} answers this question beforehand") from None

"""`./bldr COMMAND …`: finds the command, reads its arguments as the function's own signature says, runs it.

A command is a plain function of fabfile.py under `@task(group)`. Its signature is its command line:

    def template(project=None, instance_id=None, *, yaml=False)    ./bldr template [PROJECT] [INSTANCE_ID] [--yaml]
    def ssh(name=None, *command)                                   ./bldr ssh [NAME] [-- COMMAND …]

and its docstring its help: the first line is what `-l` shows, the rest ends in an example. Only the standard library is
imported here, because Invoke's 60 ms would be paid by every command; `fab` sees the same tasks through `collection()`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from builder.errors import BuilderError, UsageError

ROOT = Path(__file__).resolve().parent.parent
Function = TypeVar("Function", bound=Callable[..., Any])
TASKS: dict[str, Task] = {}


class Parser(argparse.ArgumentParser):
    """argparse, with errors as ours: one message, the usage, exit 2."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.usage}")


@dataclass(frozen=True)
class Task:
    """One command: `name` as typed, the `group` it is listed under, and the function that does it."""

    name: str
    group: str
    function: Callable[..., Any]

    @property
    def parameters(self) -> list[inspect.Parameter]:
        return list(inspect.signature(self.function).parameters.values())

    @property
    def help(self) -> str:
        return inspect.getdoc(self.function) or ""

    @property
    def summary(self) -> str:
        return (self.function.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @property
    def usage(self) -> str:
        return " ".join(["usage: ./bldr", self.name, *map(_usage_word, self.parameters)])

    def call(self, words: Sequence[str]) -> int:
        """Run it with the words typed after its name; its exit code."""
        before, after = _split_at_dashes(words)
        positional, options = self._parse(before)
        if after and not any(p.kind is p.VAR_POSITIONAL for p in self.parameters):
            raise UsageError(f"{self.name} takes nothing after --\n{self.usage}")
        result = self.function(*positional, *after, **options)
        return result if isinstance(result, int) else 0

    def _parse(self, words: Sequence[str]) -> tuple[list[str | None], dict[str, Any]]:
        parser = Parser(prog=f"./bldr {self.name}", usage=self.usage, add_help=False, allow_abbrev=False)
        positional, options = [], []
        for parameter in self.parameters:
            if parameter.kind is parameter.KEYWORD_ONLY:
                options.append(parameter.name)
                _add_option(parser, parameter)
            elif parameter.kind is not parameter.VAR_POSITIONAL:
                positional.append(parameter.name)
                name = parameter.name
                if parameter.default is parameter.empty:
                    parser.add_argument(name, metavar=name.upper())
                else:
                    parser.add_argument(name, metavar=name.upper(), nargs="?", default=parameter.default)
        known, unknown = parser.parse_known_intermixed_args(list(words))
        if unknown:
            parser.error(f"{self.name} does not understand {' '.join(map(repr, unknown))}")
        return [getattr(known, name) for name in positional], {name: getattr(known, name) for name in options}


def task(group: str) -> Callable[[Function], Function]:
    """Make a function a command, listed under `group`."""

    def register(function: Function) -> Function:
        TASKS[function.__name__] = Task(function.__name__, group, function)
        return function

    return register


def main() -> NoReturn:
    """Run the command line; exit 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    sys.exit(guarded("bldr", lambda: run(sys.argv[1:])))


def guarded(name: str, call: Callable[[], int]) -> int:
    """The exit code of `call`; what goes wrong in it is told as the program `name` tells it."""
    try:
        code = call()
        sys.stdout.flush()
    except BuilderError as error:
        return _complain(name, error, error.exit_code)
    except KeyboardInterrupt as stop:
        state = str(stop) or "Whatever was begun stands as it is."
        print(f"\nStopped. {state} The same command goes on from there.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `./bldr … | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if known := _of_the_cloud(error):
            return _complain(name, known, known.exit_code)
        if os.environ.get("BLDR_DEBUG"):
            raise
        _complain(name, f"{type(error).__name__}: {error}", 1)
        print("This was not expected. BLDR_DEBUG=1 before the same command shows where it happened.", file=sys.stderr)
        return 1
    return code


def _of_the_cloud(error: Exception) -> BuilderError | None:
    if "botocore" not in sys.modules:
        return None
    from builder import cloud

    return cloud.as_told(error)


def run(words: Sequence[str]) -> int:
    """Do what the words after `./bldr` say; its exit code."""
    first, rest = (words[0], list(words[1:])) if words else ("--list", [])
    if first in ("-l", "--list"):
        print(listing())
    elif first == "--version":
        print(f"continuum {_version()}")
    elif first in ("-h", "--help", "help"):
        print(explain(find(rest[0])) if rest else f"{listing()}\n\n./bldr COMMAND --help tells more of one.")
    else:
        found = find(first)
        if any(word in ("-h", "--help") for word in _split_at_dashes(rest)[0]):
            print(explain(found))
            return 0
        return found.call(rest)
    return 0


def find(name: str) -> Task:
    """The command of that name; UsageError with the nearest ones when there is none."""
    if name in TASKS:
        return TASKS[name]
    from difflib import get_close_matches

    near = get_close_matches(name.replace("-", "_"), TASKS, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "./bldr -l lists all commands."
    raise UsageError(f"there is no command {name!r}. {hint}")


def listing() -> str:
    """All commands in groups, a line each."""
    width = max(map(len, TASKS))
    lines = []
    group = None
    for each in TASKS.values():
        if each.group != group:
            lines += ["", each.group]
            group = each.group
        lines.append(f"  {each.name:{width}}  {each.summary}")
    return "\n".join(lines[1:])


def explain(task: Task) -> str:
    """What `./bldr COMMAND --help` prints: usage, then the docstring."""
    return f"{task.usage}\n\n{task.help}"


def collection() -> Any:
    """The same commands as an Invoke collection, for those who type `fab`."""
    import invoke

    tasks = invoke.Collection(auto_dash_names=False)
    for each in TASKS.values():
        tasks.add_task(invoke.Task(_invoke_body(each), name=each.name), name=each.name)
    return tasks


def _invoke_body(task: Task) -> Callable[..., None]:
    import invoke

    def body(context: Any, *words: Any, **options: Any) -> None:
        try:
            task.function(*words, **options)
        except BuilderError as error:
            raise invoke.Exit(str(error), error.exit_code) from None

    shown = [p for p in task.parameters if p.kind is not p.VAR_POSITIONAL]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    body.__signature__ = inspect.Signature([context, *shown])  # type: ignore[attr-defined]
    body.__doc__ = task.function.__doc__
    return body


def _add_option(parser: Parser, parameter: inspect.Parameter) -> None:
    flag = f"--{parameter.name.replace('_', '-')}"
    if isinstance(parameter.default, bool):
        parser.add_argument(flag, dest=parameter.name, action="store_true")
    else:
        kind = int if isinstance(parameter.default, int) else str
        parser.add_argument(flag, dest=parameter.name, type=kind, default=parameter.default, metavar="VALUE")


def _usage_word(parameter: inspect.Parameter) -> str:
    name = parameter.name.upper()
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"[-- {name} …]"
    if parameter.kind is parameter.KEYWORD_ONLY:
        flag = f"--{parameter.name.replace('_', '-')}"
        return f"[{flag}]" if isinstance(parameter.default, bool) else f"[{flag} {name}]"
    return name if parameter.default is parameter.empty else f"[{name}]"


def _split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str]]:
    words = list(words)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _version() -> str:
    import tomllib

    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _complain(name: str, error: object, code: int) -> int:
    red, plain = ("\033[31m", "\033[0m") if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ("", "")
    print(f"{red}{name}:{plain} {error}", file=sys.stderr)
    return code

"""What the user sees: lines of progress with how long they took, tables, colour only on a terminal.

Progress goes to stderr, results to stdout, so that `./bldr … | grep` gets the result alone.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

COLOURS = {
    "good": "green",
    "bad": "red",
    "busy": "yellow",
    "quiet": "dim",
    "new": "green",
    "change": "yellow",
    "gone": "red",
}

# Columns of what goes to a file or a program: enough that nothing is ever wrapped.
WIDE = 10_000
_LIVING = threading.Lock()


@cache
def out() -> Console:
    """Where results go. Rich itself leaves colour out when it is no terminal, and with NO_COLOR."""
    terminal = sys.stdout.isatty()
    return Console(highlight=False, width=None if terminal else WIDE)


@cache
def err() -> Console:
    """Where progress and questions go."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDE)


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 days`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} days"


def say(line: str, style: str | None = None) -> None:
    """One line of progress, as it stands (no markup)."""
    _print(err(), line, style)


def warn(line: str) -> None:
    """Something that the user should know, and that stops nothing."""
    err().print(Text.assemble(("note: ", "yellow"), line))


def result(line: str = "", style: str | None = None) -> None:
    """One line of the result."""
    _print(out(), line, style)


def _print(console: Console, lines: str, style: str | None) -> None:
    """Lines, each of which wraps below its own beginning where the terminal is too narrow for it."""
    for line in lines.split("\n"):
        text = line.lstrip(" ")
        indented = (0, 0, 0, len(line) - len(text))
        console.print(Padding(Text(text, style=COLOURS.get(style or "", "")), indented, expand=False))


class Step:
    """A step under way: `note` says what it is at just now, `line` prints something that stays."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.detail = ""

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def note(self, detail: str) -> None:
        self.detail = detail

    def line(self, text: str, style: str | None = None) -> None:
        _print(err(), f"    {text}", style)


@contextmanager
def step(title: str, done: str | None = None) -> Iterator[Step]:
    """Something that takes time: on a terminal a line that lives while it runs; at its end what it was and how long.

    Without a terminal one line at its start and one at its end. `done` is the wording of the last line.
    """
    current = Step(title)
    # One line can live at a time: steps of further threads show theirs at their beginning and end.
    live = err().is_terminal and _LIVING.acquire(blocking=False)
    if live:
        try:
            with _living_line(current):
                yield current
        finally:
            _LIVING.release()
    else:
        err().print(Text(f"  {title} …"))
        yield current
    took = duration(current.elapsed)
    err().print(Text.assemble(("  ✓ " if live else "  ", "green"), done or title, (f"  {took}", "dim")))


@contextmanager
def _living_line(current: Step) -> Iterator[None]:
    columns = (TextColumn(""), SpinnerColumn("dots", style="cyan"), TextColumn("{task.description}", markup=True))
    with Progress(*columns, console=err(), transient=True, refresh_per_second=8) as progress:
        bar = progress.add_task("", total=None)
        over = threading.Event()

        def refresh() -> None:
            while not over.is_set():
                detail = f" [dim]{escape(current.detail)}[/dim]" if current.detail else ""
                progress.update(
                    bar, description=f"{escape(current.title)} [dim]{duration(current.elapsed)}[/dim]{detail}"
                )
                over.wait(0.2)

        painter = threading.Thread(target=refresh, daemon=True)
        painter.start()
        try:
            yield
        finally:
            over.set()
            painter.join()


@contextmanager
def goes_on(state: str) -> Iterator[None]:
    """Ctrl-C within: stop, saying what state things are in."""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(str(stop) or state) from None


def table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], header: bool = True) -> None:
    """Print a table: on a terminal it fits, long cells wrap (not the first column's); elsewhere it is a line a row."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=header)
    for number, column in enumerate(columns):
        drawn.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    console = out()
    with console.capture() as drawing:
        console.print(drawn)
    for line in drawing.get().splitlines():
        print(line.rstrip())


def coloured(text: str, style: str) -> Text:
    """A cell with colour: `good`, `bad`, `busy`, `quiet`."""
    return Text(text, style=COLOURS[style])

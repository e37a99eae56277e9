"""The same for many things at once: most of an activity's time is waiting for S3."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from bot.activity.task import Task, TemporaryFailure

T = TypeVar("T")
_AT_ONCE = 6  # fewer than the connections that boto3 keeps


def each(task: Task, do: Callable[[T], object], things: Iterable[T], at_once: int = _AT_ONCE) -> None:
    """Does it for each of the things, some at a time; raises the first failure, in their order.

    Begins nothing more once something failed, or the task's answer is no longer wanted (TemporaryFailure).
    """

    def one(thing: T) -> None:
        if task.abandoned.is_set():
            raise TemporaryFailure("It took too long; another worker does it")
        do(thing)

    with ThreadPoolExecutor(at_once, thread_name_prefix="side-by-side") as pool:
        doing = [pool.submit(one, thing) for thing in things]
        wait(doing, return_when=FIRST_EXCEPTION)
        for future in doing:
            future.cancel()
    for future in doing:
        if not future.cancelled():
            future.result()

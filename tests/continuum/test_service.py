"""A handler's mistakes, and an answer that must arrive."""

import logging
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from continuum import service
from continuum.queues import Message, Queue, SetAside, consume
from continuum.service import Service, is_passing

AWAY = EndpointConnectionError(endpoint_url="http://nowhere")


def refused(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(service, "_FIRST_PAUSE_SECONDS", 0.01)
    handlers = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    made = Service("test")
    made._pause = 0.01
    yield made
    for number, handler in handlers:
        signal.signal(number, handler)


class InMemory(Queue):
    """A queue whose messages are in a list."""

    def __init__(self, *bodies: str) -> None:
        self.name = "test"
        self.messages = [Message(body, body, body) for body in bodies]
        self.aside: list[tuple[str, str]] = []

    def receive(self, at_most: int = 10) -> list[Message]:
        return self.messages[:at_most]

    def delete(self, message: Message) -> None:
        self.messages.remove(message)

    def set_aside(self, body: str, reason: str) -> None:
        self.aside.append((body, reason))


def test_a_message_is_deleted_once_handled_and_set_aside_if_it_never_can_be(running: Service) -> None:
    queue = InMemory("good", "bad", "bug", "good too")

    def handle(message: Message) -> None:
        if message.body == "bad":
            raise SetAside("unreadable")
        if message.body == "bug":
            raise ZeroDivisionError("oh")

    consume(running, queue, handle)
    assert queue.messages == []
    assert queue.aside[0] == ("bad", "unreadable")
    assert queue.aside[1][0] == "bug"
    assert queue.aside[1][1].startswith("ZeroDivisionError: oh (")
    assert "test_service.py:" in queue.aside[1][1]


@pytest.mark.parametrize("trouble", [AWAY, refused("AccessDenied"), service.NotThere("no domain")])
def test_a_message_stays_while_aws_can_not(running: Service, trouble: Exception) -> None:
    queue = InMemory("one")

    def handle(_: Message) -> None:
        raise trouble

    with pytest.raises(type(trouble)):
        consume(running, queue, handle)
    assert [message.body for message in queue.messages] == ["one"]
    assert queue.aside == []


def test_trouble_is_logged_when_it_begins_and_when_it_is_over(running: Service, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    turns = iter([AWAY, AWAY, AWAY, None, refused("Throttling"), None])

    def turn() -> None:
        error = next(turns, "end")
        if error == "end":
            running.stopping.set()
        elif isinstance(error, Exception):
            raise error

    running.run(turn)
    said = [(record.levelname, record.getMessage().split(":")[0]) for record in caplog.records]
    assert said == [
        ("INFO", "test"),
        ("ERROR", "EndpointConnectionError"),
        ("INFO", "works again, after"),
        ("ERROR", "ClientError"),
        ("INFO", "works again, after"),
        ("INFO", "test"),
    ]


def test_a_mistake_in_the_code_shows_where_once(running: Service, caplog: Any) -> None:
    turns = iter(range(3))

    def turn() -> None:
        if next(turns) == 2:
            running.stopping.set()
        raise ZeroDivisionError("oh")

    running.run(turn)
    assert [bool(record.exc_info) for record in caplog.records if record.levelname == "ERROR"] == [True]


def test_an_answer_is_given_as_soon_as_it_can_be(running: Service) -> None:
    tries: Iterator[Any] = iter([AWAY, refused("InternalFailure", 500), "done"])

    def call() -> Any:
        outcome = next(tries)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert running.persist(call) == "done"


def test_what_aws_refuses_is_raised_at_once(running: Service) -> None:
    tries: Iterator[Any] = iter([refused("UnknownResourceFault"), "done"])

    def call() -> Any:
        outcome = next(tries)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(ClientError):
        running.persist(call)
    assert next(tries) == "done"


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (AWAY, True),
        (refused("InternalFailure", 500), True),
        (refused("ServiceUnavailable", 503), True),
        (refused("ThrottlingException"), True),
        (refused("Throttling"), True),
        (refused("UnknownResourceFault"), False),
        (refused("AccessDenied", 403), False),
        (ZeroDivisionError(), False),
    ],
)
def test_what_may_pass(error: Exception, passing: bool) -> None:
    assert is_passing(error) == passing

"""How much of everything SQS allows, and how long it remembers, as AWS documents it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    in_flight: int = 120_000  # messages received and not deleted, a queue
    reuse: int = 60  # seconds before a deleted queue's name may be used again
    purge: int = 60  # seconds between two purges of a queue
    duplicates: int = 300  # seconds in which a message sent again to a FIFO queue is the same one
    attempts: int = 300  # seconds in which a receive attempt's id may be used again
    tokens: int = 5 * 24 * 3600  # seconds that a delivery of another service is remembered by its token


ENTRIES = 10  # in a batch, and messages in an answer
MESSAGE = 1_048_576  # bytes of a message, and of all messages of a batch
ATTRIBUTES = 10  # message attributes of a message
TAGS = 50  # of a queue
ACTIONS = 7  # in a statement of a queue's policy
LONGEST_HIDDEN = 43_200  # seconds that a message may be in flight: 12 hours

"""SQS's actions, one function each."""

from localcloud.sqs.calls import attributes, handling, moves, permissions, queues, sending, tags
from localcloud.sqs.calls.table import CALLS, Request

__all__ = ["CALLS", "Request", "attributes", "handling", "moves", "permissions", "queues", "sending", "tags"]

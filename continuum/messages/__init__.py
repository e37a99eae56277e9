"""What passes through the queues, as dataclasses that are read from a message's body and written to one.

s3          an object was put into a bucket (S3 itself sends it)
starter     start this workflow (feeder, dashboard and the bot itself send it)
dashboard   an event or a property of an article (the bot sends it)
"""

from continuum.messages.body import MessageError

__all__ = ["MessageError"]

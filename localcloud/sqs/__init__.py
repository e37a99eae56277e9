"""Amazon SQS on this machine: queues, FIFO queues, dead letters and long polls, kept in one SQLite file.

api.py  JSON and query protocol      calls/  an action a function      service.py  Sqs itself, and what others call
store.py  tables   queues.py settings.py   messages.py lines.py content.py sending.py receiving.py receipts.py
moves.py  message move tasks         background.py  what happens by itself
"""

from localcloud.sqs.limits import Limits
from localcloud.sqs.service import Sqs

__all__ = ["Limits", "Sqs"]

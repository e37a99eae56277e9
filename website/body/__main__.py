"""XML on standard input, the body as JSON on standard output: the process in which `to_html` converts."""

from __future__ import annotations

import json
import logging
import resource
import sys

from website.body.conversion import convert
from website.body.document import Unreadable
from website.body.model import Body

# An article's text may be large, but a machine has other work too. Who waits ends this process; where nobody is left to
# do so, it ends by itself.
_MEMORY = 1024**3
_CPU_SECONDS = 120


def main() -> None:
    """Convert one article."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    try:
        body = convert(sys.stdin.buffer.read())
    except Unreadable as problem:
        body = Body(problems=(str(problem),))
    json.dump(body.as_json(), sys.stdout)


main()

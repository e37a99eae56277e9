"""XML on standard input, the body as JSON on standard output: the process in which `to_html` converts."""

from __future__ import annotations

import json
import logging
import resource
import sys

from website.body.conversion import convert
from website.body.document import Unreadable
from website.body.model import Body

# An article's text may be large, but a machine has other work too.
_MEMORY = 1024**3


def main() -> None:
    """Convert one article."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        body = convert(sys.stdin.buffer.read())
    except Unreadable as problem:
        body = Body(problems=(str(problem),))
    json.dump(body.as_json(), sys.stdout)


main()

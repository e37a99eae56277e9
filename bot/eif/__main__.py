"""Prints the EIF of an article's XML.

Exit 1 where the article can't be converted, with each reason on a line of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot.eif import ConversionError, convert
from continuum.eif import is_date_time


def main() -> int:
    """Reads the arguments; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.eif", description=__doc__)
    parser.add_argument("xml", type=Path, help="the article's XML")
    parser.add_argument("--version", type=_version, required=True, help="the version of the article that it is")
    parser.add_argument(
        "--update", type=_update, metavar="WHEN", help="when this version was made: 2012-12-13T00:00:00Z"
    )
    arguments = parser.parse_args()
    try:
        document = convert(arguments.xml.read_bytes(), arguments.version, arguments.update)
    except OSError as error:
        return _failed([f"{arguments.xml}: {error.strerror}"])
    except ConversionError as error:
        return _failed(f"{arguments.xml}: {reason}" for reason in error.reasons)
    # Whatever the terminal's own encoding, JSON is UTF-8.
    sys.stdout.buffer.write((json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return 0


def _failed(reasons: object) -> int:
    print(*reasons, sep="\n", file=sys.stderr)  # type: ignore[misc]
    return 1


def _version(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version: a whole number from 1")
    return int(text)


def _update(text: str) -> str:
    if not is_date_time(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 2012-12-13T00:00:00Z")
    return text


if __name__ == "__main__":
    raise SystemExit(main())

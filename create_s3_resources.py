#!/usr/bin/env python3
"""Makes what one environment's machines share: buckets, queues, the notification of new files, and the SWF domain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NAME = Path(__file__).name
USAGE = f"python {NAME} -p PREFIX [--dry-run] [--yes]"
EPILOG = """It says what exists already and changes only what differs; names are those of projects/environment.yaml.

example: python create_s3_resources.py -p ct"""


def in_own_python() -> None:
    """Go on in the project's virtualenv, set up anew where it is missing or old, whatever Python started this."""
    environment = ROOT / ".venv"
    wanted, there = ROOT / "requirements.txt", environment / "requirements.txt"
    if not there.exists() or there.read_text() != wanted.read_text():
        subprocess.run([str(ROOT / "update.sh")], check=True, stdout=sys.stderr)
    if Path(sys.prefix) != environment:
        python = str(environment / "bin/python")
        os.execv(python, [python, "-E", str(Path(__file__).resolve()), *sys.argv[1:]])


def main() -> int:
    """Reads the command line and does it; the exit code."""
    from argparse import RawDescriptionHelpFormatter

    from builder import environment
    from builder.program import Parser

    form = RawDescriptionHelpFormatter
    parser = Parser(NAME, usage=USAGE, description=__doc__, epilog=EPILOG, formatter_class=form)
    parser.add_argument("-p", "--prefix", required=True, help="the environment's prefix, as ct; '' for production")
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    given = parser.parse_args()
    environment.create(given.prefix, dry_run=given.dry_run, yes=given.yes)
    return 0


if __name__ == "__main__":
    in_own_python()
    from builder.program import guarded

    sys.exit(guarded(NAME, main))

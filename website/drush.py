"""The website's command line on its machine, by the name and with the words of Drupal's: `drush uli`."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable

from continuum.database import Connections, Database
from continuum.settings import read
from continuum.web import NotWell
from website import accounts, ingest, maintenance, settings, switches
from website.configuration import Configuration

_EXAMPLES = """
examples:
  drush uli                                   print a link that signs in once, within a day
  drush uli /content/1/e00353v1               the same, leading to an article that is not published yet
  drush uli --uri https://v2.elifesciences.org
  drush maintenance on                        nothing is taken in until `drush maintenance off`
  drush maintenance on --by deploy --minutes 15
  drush maintenance off --by deploy
  drush maintenance status                    exit 0: the site takes articles in; exit 3: somebody holds it
  drush status
"""
HELD = 3  # the exit code that says so


def main(words: list[str]) -> int:
    """Runs one command; answers the exit code: 0 done, 1 it went wrong, 2 asked wrongly."""
    given = _parser().parse_args(words)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what it warns of is said below, in one line
    connections = Connections(read(Database, settings), most=2)
    command: Callable[[Connections, argparse.Namespace], int] = given.command
    try:
        return command(connections, given)
    except NotWell as error:
        print(f"drush: {error}: {error.__cause__}" if error.__cause__ else f"drush: {error}", file=sys.stderr)
        return 1
    finally:
        connections.close()


def _uli(connections: Connections, given: argparse.Namespace) -> int:
    uri = (given.uri or read(Configuration, settings).site_url or "http://localhost").rstrip("/")
    if "://" not in uri:
        uri = f"http://{uri}"
    with connections.transaction() as connection:
        secret = accounts.new_link(connection, given.name)
    print(f"{uri}/user/reset/{secret}" + (f"?destination=/{given.path.lstrip('/')}" if given.path else ""))
    return 0


def _on(connections: Connections, given: argparse.Namespace) -> int:
    with connections.transaction() as connection:
        maintenance.hold(connection, given.by, given.minutes)
    if not _ingest_is_over(connections, given.wait):
        print(f"drush: maintenance is on; an article is still being taken in after {given.wait} s", file=sys.stderr)
        return 1
    print("maintenance is on")
    return 0


def _off(connections: Connections, given: argparse.Namespace) -> int:
    with connections.transaction() as connection:
        maintenance.let_go(connection, given.by)
    return _maintenance(connections, given)


def _maintenance(connections: Connections, given: argparse.Namespace) -> int:
    with connections.transaction() as connection:
        holds = maintenance.holds(connection)
    for hold in holds:
        until = f"until {hold.until:%Y-%m-%dT%H:%M:%S%z}" if hold.until else "until it is let go"
        print(f"maintenance is on: by {hold.holder} since {hold.since:%Y-%m-%dT%H:%M:%S%z}, {until}")
    if not holds:
        print("maintenance is off")
    return HELD if holds and given.tells else 0


def _status(connections: Connections, given: argparse.Namespace) -> int:
    with connections.transaction() as connection:
        counted = connection.execute(
            """SELECT count(*) FILTER (WHERE live) AS published, count(*) FILTER (WHERE NOT live) AS drafts,
            count(*) FILTER (WHERE body IS NULL) AS bare FROM content"""
        ).fetchone()
        path = switches.cdn(connection, read(Configuration, settings).cdn_url)
    assert counted
    published, drafts, bare = (counted[name] for name in ("published", "drafts", "bare"))
    print(f"article versions: {published} published, {drafts} drafts; {bare} without their XML")
    print(f"article assets source: {path or 'none'}")
    return _maintenance(connections, given)


def _ingest_is_over(connections: Connections, seconds: int) -> bool:
    """Waits until no ingest runs; False where one still does."""
    until = time.monotonic() + seconds
    while True:
        with connections.transaction() as connection:
            row = connection.execute("SELECT pg_try_advisory_xact_lock(%s, %s) AS taken", ingest.LOCK).fetchone()
        if row and row["taken"]:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.5)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="drush", description=__doc__, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(tells=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    uli = commands.add_parser("uli", aliases=["user-login"], help="print a link that signs in once, within a day")
    uli.add_argument("path", nargs="?", default="", help="where the link leads to, such as /admin")
    uli.add_argument("--uri", default="", help="the site's address, if not that of its settings")
    uli.add_argument("--name", default="admin", help="whom to sign in, as the pages show it (default: admin)")
    uli.set_defaults(command=_uli)
    _maintenance_parser(commands.add_parser("maintenance", help="let nothing be taken in: on, off, status"))
    status = commands.add_parser("status", help="say what the site has, and whether it takes articles in")
    status.set_defaults(command=_status)
    return parser


def _maintenance_parser(parser: argparse.ArgumentParser) -> None:
    states = parser.add_subparsers(required=True, metavar="on|off|status")
    on = states.add_parser("on", help="hold the site; waits for the ingest that runs")
    on.add_argument("--minutes", type=_natural, help="let go after so many by itself (default: never)")
    on.add_argument("--wait", type=_natural, default=60, help="seconds to wait for an ingest (default: 60)")
    on.set_defaults(command=_on)
    off = states.add_parser("off", help="let go of the site")
    off.set_defaults(command=_off)
    for state in (on, off):
        state.add_argument(
            "--by", default="operator", help="who holds it; each lets go for himself (default: operator)"
        )
    status = states.add_parser("status", help=f"say who holds the site; exit {HELD} where somebody does")
    status.set_defaults(command=_maintenance, tells=True)


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

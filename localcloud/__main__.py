"""python -m localcloud start|stop|status|reset|logs|serve [--home FOLDER]"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from localcloud import control
from localcloud.home import CloudError, Home, default_home


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="A small AWS on this machine.")
    parser.add_argument("--home", type=Path, default=default_home(), help="the cloud's folder (default: $BLDR_HOME)")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", help="bring the cloud up, if it is not, and wait until it answers")
    verbs.add_parser("stop", help="halt the machines and end the daemon; all of it is back at the next start")
    verbs.add_parser("status", help="what runs, as JSON")
    reset = verbs.add_parser("reset", help="remove the cloud: machines, network, data")
    reset.add_argument("--images", action="store_true", help="the cached base images too")
    logs = verbs.add_parser("logs", help="what the daemon wrote")
    logs.add_argument("-n", type=int, default=50, help="how many lines (default 50)")
    logs.add_argument("-f", action="store_true", help="follow")
    verbs.add_parser("serve", help="be the daemon, in the foreground")
    given = parser.parse_args()
    home = Home(given.home.absolute())
    try:
        match given.verb:
            case "start":
                control.start(home)
            case "stop":
                control.stop(home)
            case "status":
                control.print_status(home)
            case "reset":
                control.reset(home, images=given.images)
            case "logs":
                control.logs(home, given.n, follow=given.f)
            case "serve":
                logging.basicConfig(format="%(asctime)s %(name)s: %(message)s", level=logging.INFO)
                logging.getLogger("werkzeug").setLevel(logging.WARNING)
                control.serve(home)
    except CloudError as error:
        print(f"local cloud: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("local cloud: interrupted; the same command again goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

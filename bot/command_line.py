"""How every program of the bot starts: which environment it is for, and where it logs."""

from __future__ import annotations

import argparse
import os
import sys

from bot import settings
from bot.provider.environment import BotSettings
from continuum import logs
from continuum.settings import SettingsError, choose, read

WRONG_USE = 2


def start(name: str, description: str | None, log_file: bool = True) -> BotSettings:
    """Reads `-e ENVIRONMENT` (else BOT_ENV, else the settings' own default), sets up the log, answers the settings.

    Ends the program with exit code 2 and one message if there are no such settings.
    """
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=description)
    parser.add_argument("-e", "--env", default=os.environ.get("BOT_ENV"), help="the settings class (default: $BOT_ENV)")
    arguments = parser.parse_args()
    try:
        chosen = read(BotSettings, choose(settings, arguments.env))
        file = f"{chosen.log_directory}/{name}.log" if log_file and chosen.log_directory else ""
        logs.to(file, name, chosen.log_level)
    except SettingsError as error:
        print(f"{name}.py: {error}", file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    return chosen


def main() -> None:
    """Prints the name of the environment that a name ('' for the default one) chooses; for scripts/run_env.sh."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        read(BotSettings, choose(settings, name))
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    print(name or settings.default_environment)


if __name__ == "__main__":
    main()

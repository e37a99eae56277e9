"""Where a process logs: stderr, which is the journal on a machine, and a file where the settings name one."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import time

from continuum.settings import SettingsError

log = logging.getLogger(__name__)


def to(file: str, name: str, level: str) -> None:
    """Sets up this process's log. `file` may be ''; without the right to write it, there is only stderr.

    Raises SettingsError for a level that there is not.
    """
    levels = logging.getLevelNamesMapping()
    if level not in levels:
        raise SettingsError(f"log_level {level!r} is not known; there are: {', '.join(levels)}")
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    refused: OSError | None = None
    if file:
        try:
            # Watched: logrotate may move the file away. Several processes append their lines to one file.
            handlers.append(logging.handlers.WatchedFileHandler(file, encoding="utf-8"))
        except OSError as error:
            refused = error
    form = logging.Formatter(f"%(asctime)s %(levelname)s {name}[%(process)d] %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    for handler in handlers:
        handler.setFormatter(form)
    logging.basicConfig(level=level, handlers=handlers, force=True)
    # It tells at each start where its credentials come from; of what goes wrong it raises an error as well.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    if refused:
        log.warning("no log file: %s; logging to stderr only", refused)

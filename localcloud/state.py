"""What moto knows, kept in a file: a change is there before whoever asked for it hears that it was made.

A change pickles the services it touched (seen by which backends it asked moto for) and writes them in one transaction.
Callers that come meanwhile share the next one. Services whose objects hold each other's are one row of the file.
"""

from __future__ import annotations

import logging
import pickle
import platform
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcloud import pickles
from localcloud.home import ACCOUNT, CloudError
from localcloud.server import Wsgi
from localcloud.store import Change, Store

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS units (services TEXT PRIMARY KEY, backends BLOB NOT NULL, state BLOB NOT NULL);
"""
FORMAT = 1
FORMER = "moto.pickle.gz"  # where all of moto was kept in one pickle

MADE_WHEN_READ = {"kms"}  # a service's default key is made when somebody first asks which it is


class _Call:
    """What one call has to do with moto's services."""

    def __init__(self, *, changes: bool) -> None:
        self.changes = changes
        self.touched: set[str] = set()


class State:
    """moto's memory in `file`. First `restore()`, once; then every call within `changing()` or `reading()`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._store = Store(file, SCHEMA, Change, lambda change: None)
        self._units: dict[str, frozenset[str]] = {}  # service -> all that are kept in one row with it
        self._last: dict[frozenset[str], bytes] = {}  # what each row holds
        self._gate = threading.RLock()  # whoever changes moto or pickles it
        self._turn = threading.Condition()
        self._dirty: set[str] = set()  # services touched and not yet written
        self._asked = self._kept = 0  # changes made, and how many of them are written
        self._writing = False
        self._mine = threading.local()

    def restore(self) -> None:
        """Put what is kept back into moto. Raises CloudError for what another version of moto kept."""
        self._watch()
        with self._store.change() as change:
            self._check(change)
            rows = [(row["services"], row["backends"], row["state"]) for row in change.rows("SELECT * FROM units")]
        for _, addresses, _ in rows:
            for address in pickle.loads(addresses):
                pickles.make(address)
        for services, _, state in rows:
            pickles.loads(state)
            unit = frozenset(services.split())
            self._last[unit] = state
            self._units.update(dict.fromkeys(unit, unit))

    def kept(self, app: Wsgi) -> Wsgi:
        """moto's application, each of whose answers goes out when what it tells of is kept.

        `environ["localcloud.reading"]` says that a call asks only.
        """

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            with self.reading() if environ.get("localcloud.reading") else self.changing():
                return app(environ, start_response)

        return answer

    def stop(self) -> None:
        self._store.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change moto within: on leaving, the change is kept. One at a time; moto itself has no locks."""
        outer = self._call
        if outer and outer.changes:  # within another change: kept with it
            yield
            return
        self._mine.call = call = _Call(changes=True)
        try:
            with self._gate:
                yield
        finally:
            self._mine.call = outer
            self._keep(call.touched)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Ask moto within. What it makes when it is first asked for it is kept on leaving."""
        if self._call:
            yield
            return
        self._mine.call = call = _Call(changes=False)
        try:
            yield
        finally:
            self._mine.call = None
            if call.changes:
                self._keep(call.touched)

    def changed(self, *services: str) -> None:
        """Keep what was changed in these services outside a call; returns when it is kept."""
        with self.changing():
            call = self._call
            assert call
            call.touched.update(services)

    @property
    def _call(self) -> _Call | None:
        """The call that this thread is in."""
        return getattr(self._mine, "call", None)

    def _watch(self) -> None:
        """Have moto tell which backends a call asks for and which are new."""
        from moto.core.base_backend import AccountSpecificBackend

        look_up = AccountSpecificBackend.__getitem__

        def __getitem__(holder: Any, region: str) -> Any:
            call = self._call
            if call is None:
                return look_up(holder, region)
            before = len(holder)
            found = look_up(holder, region)
            service = pickles.package(holder.backend.__module__)
            call.touched.add(service)
            call.changes |= len(holder) != before or service in MADE_WHEN_READ
            return found

        AccountSpecificBackend.__getitem__ = __getitem__
        self._overlook_callers()

    def _overlook_callers(self) -> None:
        """Before each call moto looks its caller up in IAM and notes the time: no reason to keep IAM each time."""
        from moto.iam import models

        note_visit = models.mark_account_as_visited

        def mark_account_as_visited(**given: Any) -> None:
            call, self._mine.call = self._call, None
            try:
                note_visit(**given)
            finally:
                self._mine.call = call

        models.get_account_id_from = lambda access_key: ACCOUNT  # there is one
        models.mark_account_as_visited = mark_account_as_visited

    def _keep(self, touched: set[str]) -> None:
        """Return when what was touched is written: by this thread, or by one that began after the change was made."""
        with self._turn:
            self._dirty |= touched
            self._asked += 1
            mine = self._asked
            while self._writing and self._kept < mine:
                self._turn.wait()
            if self._kept >= mine:
                return
            self._writing = True
            upto, dirty, self._dirty = self._asked, self._dirty, set()
        try:
            self._write(dirty)
        except BaseException:
            with self._turn:
                self._dirty |= dirty
            raise
        else:
            with self._turn:
                self._kept = upto
        finally:
            with self._turn:
                self._writing = False
                self._turn.notify_all()

    def _write(self, dirty: set[str]) -> None:
        with self._gate:
            new = self._pickled(dirty)
        new = {unit: kept for unit, kept in new.items() if self._last.get(unit) != kept[1]}
        if not new:
            return
        with self._store.change() as change:
            for unit, (addresses, state) in new.items():
                for old in {self._units.get(service, unit) for service in unit} - {unit}:  # they have grown together
                    change.run("DELETE FROM units WHERE services = ?", _name(old))
                change.run("INSERT OR REPLACE INTO units VALUES (?, ?, ?)", _name(unit), addresses, state)
        for unit, (_, state) in new.items():
            for old in {self._units.get(service, unit) for service in unit}:
                self._last.pop(old, None)
            self._units.update(dict.fromkeys(unit, unit))
            self._last[unit] = state

    def _pickled(self, dirty: set[str]) -> dict[frozenset[str], tuple[bytes, bytes]]:
        """The units that hold these services, and those whose backends they hold and so may have changed."""
        found: dict[frozenset[str], tuple[bytes, bytes]] = {}
        waiting, done = sorted(dirty), set[str]()
        while waiting:
            if (service := waiting.pop()) in done:
                continue
            try:
                unit, state, neighbours = self._unit_of(service)
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                log.error("moto's %s will not be there after a restart: %s", service, error)
                continue
            found = {known: kept for known, kept in found.items() if not known & unit}  # they have grown together
            found[unit] = pickle.dumps([address for address, _ in pickles.backends(unit)]), state
            done |= unit
            waiting += sorted(neighbours - done)
        return found

    def _unit_of(self, service: str) -> tuple[frozenset[str], bytes, set[str]]:
        unit = set(self._units.get(service, (service,)))
        while True:
            state, strangers, neighbours = pickles.dumps(unit)
            more = {each for stranger in strangers for each in self._units.get(stranger, (stranger,))} - unit
            if not more:
                return frozenset(unit), state, neighbours
            unit |= more

    def _check(self, change: Change) -> None:
        """Refuse what another moto or Python kept: its objects would not be what this one's code expects."""
        import moto

        here = f"moto {moto.__version__}, Python {'.'.join(platform.python_version_tuple()[:2])}, format {FORMAT}"
        change.run("INSERT OR IGNORE INTO facts VALUES ('kept by', ?)", here)
        kept = change.row("SELECT value FROM facts WHERE name = 'kept by'")["value"]
        if self._file.with_name(FORMER).exists():
            kept = "an older Continuum"
        if kept != here:
            raise CloudError(
                f"{self._file} was kept by {kept}, and this is {here}: "
                "`./bldr cloud reset` removes this cloud and all that is in it"
            )


def _name(unit: frozenset[str]) -> str:
    return " ".join(sorted(unit))

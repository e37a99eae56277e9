"""What moto knows, kept in a file: written soon after each change and when the daemon stops, read at its start."""

from __future__ import annotations

import copyreg
import gzip
import importlib
import logging
import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import cloudpickle
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

log = logging.getLogger(__name__)
DELAY = 0.5  # seconds between a change and its snapshot: a burst of changes is one snapshot


class Snapshot:
    """Keeps moto's backends in `file`. `changed()` after each change; a thread of its own writes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._write_when_changed, name="snapshot", daemon=True)
        _teach_pickle()

    def restore(self) -> None:
        """Put the kept state back into moto. Must run before the first API call."""
        if not self.file.exists():
            return
        with gzip.open(self.file) as stream:
            kept = cloudpickle.load(stream)
        for service in kept:
            importlib.import_module(service)
        for service, backends in _backends().items():
            accounts = kept.get(service, {})
            for account, regions in accounts.items():
                for region, backend in regions.items():
                    backends[account]  # makes the account's own holder
                    dict.__setitem__(backends[account], region, backend)

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        self._changed.set()

    def stop(self) -> None:
        self._stopping.set()
        self._changed.set()
        self._thread.join()
        self.write()

    def write(self) -> None:
        """Write the file now, whole or not at all."""
        with self._writing:
            part = self.file.with_suffix(".part")
            with gzip.open(part, "wb", compresslevel=1) as stream:
                stream.write(_pickled())
            part.replace(self.file)

    def _write_when_changed(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            if self._stopping.wait(DELAY):
                return
            self._changed.clear()
            try:
                self.write()
            except Exception:  # the next change tries again; losing the daemon would lose more
                log.exception("moto's state could not be kept")


def _pickled() -> bytes:
    for attempt in range(10):
        live = {
            service: {account: dict(dict.items(regions)) for account, regions in list(dict.items(backends))}
            for service, backends in _backends().items()
        }
        try:
            return bytes(cloudpickle.dumps(live))
        except RuntimeError:  # "dictionary changed size during iteration": somebody is changing it right now
            if attempt == 9:
                raise
    raise AssertionError("unreachable")


def _backends() -> dict[str, Any]:
    """moto's holder of each service that is loaded, by the service's module."""
    from moto.core.base_backend import BackendDict

    return {
        name: value
        for name, module in list(sys.modules.items())
        if name.startswith("moto.") and name.endswith(".models")
        for value in list(vars(module).values())
        if isinstance(value, BackendDict)
    }


def _teach_pickle() -> None:
    """Locks are made anew, RSA keys travel as PKCS#8."""
    copyreg.pickle(type(threading.Lock()), lambda _: (threading.Lock, ()))
    copyreg.pickle(type(threading.RLock()), lambda _: (threading.RLock, ()))
    from moto.ssm.models import ParameterDict

    copyreg.pickle(ParameterDict, _reduce_default_dict)
    rsa_key: Any = type(_sample_key())
    copyreg.pickle(rsa_key, lambda key: (_load_key, (_dump_key(key),)))


def _reduce_default_dict(kept: defaultdict[Any, Any]) -> tuple[Any, ...]:
    """A defaultdict whose constructor is its own: made without calling it."""
    state = (vars(kept), {"default_factory": kept.default_factory})
    return _bare, (type(kept),), state, None, iter(list(kept.items()))


def _bare(kind: Any) -> Any:
    return kind.__new__(kind)


def _sample_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def _dump_key(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_key(data: bytes) -> Any:
    return serialization.load_der_private_key(data, password=None)

"""moto's backends as bytes and back: what Python can't pickle by itself, and whose objects are whose.

A backend is moto's memory of one service in one account and region. Wherever an object holds a backend, its pickle has
only the backend's address, so that each is kept once and they may hold each other. Any other object that belongs to
another service (EC2 keeps IAM's instance profiles) would come back twice if the two were pickled apart: `dumps` tells
of such services, and the caller pickles them together.
"""

from __future__ import annotations

import importlib
import io
import pickle
import sys
import threading
from collections import defaultdict
from collections.abc import Collection
from types import FunctionType, ModuleType
from typing import Any, get_args

import cloudpickle
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

Address = tuple[str, str, str, str]
"""Where moto has a backend: module, name of its holder there, account, region."""

SHARED = ("core", "utilities", "moto_api")  # packages of moto that belong to no service
PATIENCE = 100  # tries to pickle what a reading call is just completing


def dumps(services: Collection[str]) -> tuple[bytes, set[str], set[str]]:
    """The backends of some services; the other services whose objects came with them; those whose backends they hold.

    A service is named by its package in moto. Nobody may change these services meanwhile.
    """
    for attempt in range(PATIENCE):
        stream = io.BytesIO()
        pickler = _Pickler(stream, set(services))
        try:
            pickler.dump([(address, vars(backend)) for address, backend in backends(services)])
        except RecursionError:
            raise
        except RuntimeError:  # "dictionary changed size during iteration": moto makes some things when they are read
            if attempt == PATIENCE - 1:
                raise
            continue
        return stream.getvalue(), pickler.strangers, pickler.neighbours
    raise AssertionError("unreachable")


def loads(data: bytes) -> None:
    """Put what `dumps` gave back into moto. `make` must have run for all backends that are known."""
    for address, state in pickle.loads(data):
        vars(_backend(*address)).update(state)


def make(address: Address) -> None:
    """Make an empty backend, for `loads` to fill: another may hold it before its own turn has come."""
    module, name, account, region = address
    holder = getattr(importlib.import_module(module), name)[account]
    if not dict.__contains__(holder, region):  # `in holder` would ask whether there is such a region
        dict.__setitem__(holder, region, holder.backend.__new__(holder.backend))


def backends(services: Collection[str] | None = None) -> list[tuple[Address, BaseBackend]]:
    """The backends that moto has now, of some services or of all, in a fixed order."""
    modules = [
        (name, module)
        for name, module in list(sys.modules.items())
        if name.startswith("moto.") and name.endswith(".models") and (services is None or package(name) in services)
    ]
    return sorted(
        (
            ((name, variable, account, region), backend)
            for name, module in modules
            for variable, holder in _holders(module)
            for account, regions in list(dict.items(holder))
            for region, backend in list(dict.items(regions))
        ),
        key=lambda found: found[0],
    )


def package(module: str) -> str:
    """The service that a module of moto is of: the name of its package."""
    return module.split(".")[1]


def _holders(module: ModuleType) -> list[tuple[str, BackendDict[Any]]]:
    return [
        (name, value)
        for name, value in list(vars(module).items())
        if isinstance(value, BackendDict) and value.backend.__module__ == module.__name__
    ]


def _reduce_holder(holder: Any) -> Any:
    module = importlib.import_module(holder.backend.__module__)
    name = next(name for name, known in _holders(module) if known.service_name == holder.service_name)
    return _holder, (module.__name__, name, getattr(holder, "account_id", None))


def _holder(module: str, name: str, account: str | None) -> Any:
    found = getattr(importlib.import_module(module), name)
    return found[account] if account else found


def _reduce_default_dict(kept: Any) -> tuple[Any, ...]:
    """A defaultdict whose constructor is its own: made without calling it."""
    state = (vars(kept), {"default_factory": kept.default_factory})
    return _bare, (type(kept),), state, None, iter(list(kept.items()))


def _bare(kind: Any) -> Any:
    return kind.__new__(kind)


def _reduce_private_key(key: Any) -> tuple[Any, ...]:
    unlocked = serialization.NoEncryption()
    data = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, unlocked)
    return _private_key, (data,)


def _private_key(data: bytes) -> Any:
    return serialization.load_der_private_key(data, None)


def _reduce_public_key(key: Any) -> tuple[Any, ...]:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _public_key, (key.public_bytes(serialization.Encoding.DER, form),)


def _public_key(data: bytes) -> Any:
    return serialization.load_der_public_key(data)


def _reduce_certificate(certificate: Any) -> tuple[Any, ...]:
    return _certificate, (certificate.public_bytes(serialization.Encoding.DER),)


def _certificate(data: bytes) -> Any:
    return x509.load_der_x509_certificate(data)


_WAYS: tuple[tuple[Any, Any], ...] = (
    ((BackendDict, AccountSpecificBackend), _reduce_holder),
    (type(threading.Lock()), lambda _: (threading.Lock, ())),
    (type(threading.RLock()), lambda _: (threading.RLock, ())),
    (get_args(PrivateKeyTypes), _reduce_private_key),
    (get_args(PublicKeyTypes), _reduce_public_key),
    (x509.Certificate, _reduce_certificate),
)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """cloudpickle's, for the functions that moto keeps here and there."""

    def __init__(self, stream: io.BytesIO, services: set[str]) -> None:
        super().__init__(stream, protocol=5)
        self.services = services
        self.strangers: set[str] = set()
        self.neighbours: set[str] = set()
        self._known: dict[type, Any] = {}  # type -> how its objects are reduced, NotImplemented for as usual

    def reducer_override(self, thing: Any) -> Any:
        kind = type(thing)
        how = self._known.get(kind)
        if how is None:
            how = self._known[kind] = self._way_of(kind)
        return how if how is NotImplemented else how(thing)

    def _way_of(self, kind: type) -> Any:
        if issubclass(kind, BaseBackend):
            return self._address
        if kind is FunctionType or issubclass(kind, type):
            return super().reducer_override
        for family, how in _WAYS:
            if issubclass(kind, family):
                return how
        if kind is not defaultdict and issubclass(kind, defaultdict):
            return _reduce_default_dict
        if kind.__module__.startswith("moto.") and package(kind.__module__) not in (*self.services, *SHARED):
            self.strangers.add(package(kind.__module__))
        return NotImplemented

    def _address(self, backend: Any) -> Any:
        for address, known in backends((package(type(backend).__module__),)):
            if known is backend:
                self.neighbours.add(package(address[0]))
                return _backend, address
        raise pickle.PicklingError(f"{backend!r} is a backend that moto itself no longer has")


def _backend(module: str, name: str, account: str, region: str) -> Any:
    return getattr(importlib.import_module(module), name)[account][region]

"""A request as far as it must be read to know what it wants."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl

from localcloud.access.refusals import AMBIGUOUS, Refused

FORM = "application/x-www-form-urlencoded"
QUOTED = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Lookup:
    """How the services' own names are found: a stack's id by its name, (ARN, policy, tags) of a secret."""

    stack: Callable[[str], str | None]
    secret: Callable[[str], tuple[str, str | None, Mapping[str, str]] | None]


@dataclass
class Call:
    """One request. `keys` are the condition keys that hold for all it asks for."""

    service: str
    environ: Mapping[str, Any]
    body: bytes
    keys: dict[str, tuple[str, ...]]
    lookup: Lookup
    more: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def asked(self) -> Mapping[str, Any]:
        """Its parameters: JSON as it is; of the query protocol the form, flat."""
        if "HTTP_X_AMZ_TARGET" in self.environ:
            try:
                said = json.loads(self.body or b"{}")
            except ValueError:  # the service itself will say so
                said = {}
            return said if isinstance(said, dict) else {}
        kind = str(self.environ.get("CONTENT_TYPE", "")).lower()
        if kind.startswith("multipart/"):
            raise Refused(AMBIGUOUS)
        pairs = parse_qsl(str(self.environ.get("QUERY_STRING", "")), keep_blank_values=True)
        if kind.startswith(FORM) or b"Action=" in self.body:
            pairs += parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)
        form = dict(pairs)
        if len(form) < len(pairs) and any(form[name] != value for name, value in pairs):
            raise Refused(AMBIGUOUS)  # what is judged here must be what the service reads
        return form

    @cached_property
    def action(self) -> str:
        """The API action's name."""
        if target := self.environ.get("HTTP_X_AMZ_TARGET"):
            self._ensure_json()
            return str(target).rpartition(".")[2]
        return str(self.asked.get("Action") or _rest_action(self.service, self.environ))

    def _ensure_json(self) -> None:
        """A request names its action once: in a header, with a JSON body, or as a parameter."""
        kind = str(self.environ.get("CONTENT_TYPE", "")).lower()
        if "json" not in kind or "Action=" in str(self.environ.get("QUERY_STRING", "")):
            raise Refused(AMBIGUOUS)

    def text(self, name: str) -> str | None:
        """A parameter that is a string."""
        value = self.asked.get(name)
        return value if isinstance(value, str) else None

    def with_keys(self, **more: str | None) -> dict[str, tuple[str, ...]]:
        """Condition keys and these: `with_keys(sns__Protocol="sqs")` is `sns:protocol`. None is left out."""
        said = {name.replace("__", ":").replace("_", "-").lower(): value for name, value in more.items()}
        return self.keys | {name: (value,) for name, value in said.items() if value is not None}


def read_body(environ: dict[str, Any]) -> bytes:
    """A request's body; it can be read once more afterwards."""
    stream = environ["wsgi.input"]
    if "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower():
        body = bytes(stream.read())
    else:
        body = bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def tag_keys(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """aws:RequestTag/… and aws:TagKeys."""
    if not tags:
        return {}
    return {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()} | {"aws:tagkeys": tuple(tags)}


def form_tags(call: Call, name: str) -> dict[str, str]:
    """A query form's list of tags."""
    found: dict[str, str] = {}
    for key, value in call.asked.items():
        if key.startswith(f"{name}.member.") and key.endswith(".Key"):
            found[value] = str(call.asked.get(f"{key[:-4]}.Value", ""))
    return found


def _rest_action(service: str, environ: Mapping[str, Any]) -> str:
    """The action of a REST service that a method and path belong to, by botocore's model; "" for none."""
    path = str(environ.get("PATH_INFO", "/"))
    for method, pattern, literals, name in _routes(service):
        fits = method == environ["REQUEST_METHOD"] and pattern.fullmatch(path)
        if fits and all(each in str(environ.get("QUERY_STRING", "")).split("&") for each in literals):
            return name
    return ""


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], list[str], str]]:
    from botocore.exceptions import DataNotFoundError
    from moto.core.utils import get_service_model

    try:
        model = get_service_model(service)
    except (DataNotFoundError, KeyError):  # no service of that name
        return []
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        uri, _, query = http["requestUri"].partition("?")
        parts = [re.escape(part) for part in QUOTED.split(uri)]
        wilds = [".+" if found.endswith("+}") else "[^/]+" for found in QUOTED.findall(uri)] + [""]
        pattern = "".join(part + wild for part, wild in zip(parts, wilds, strict=True))
        literals = [part for part in query.split("&") if part]
        routes.append((http["method"], re.compile(pattern + "/?"), literals, name))
    return sorted(routes, key=lambda route: (-len(route[2]), -len(route[1].pattern)))

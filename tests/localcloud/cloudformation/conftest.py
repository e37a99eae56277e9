"""The local cloud's endpoint with moto and our CloudFormation behind it, on a free port of loopback."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloudformation import CloudFormation
from localcloud.endpoint import Endpoint, serve, service_of
from tests.localcloud.cloudformation.cloud import Cloud

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@pytest.fixture(scope="session")
def moto_app() -> Wsgi:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    app: Wsgi = DomainDispatcherApplication(create_backend_app)
    return app


@pytest.fixture
def cloud(tmp_path: Path, moto_app: Wsgi) -> Iterator[Cloud]:
    from moto.moto_api._internal import moto_api_backend

    moto_api_backend.reset()

    def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        service, call = service_of(environ), _call(environ)
        made.calls.append((service, call))
        made.before(service, call)
        answer = moto_app(environ, start_response)
        made.after(service, call)
        return answer

    def own(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return made.service.app(environ, start_response)

    endpoint = Endpoint({"cloudformation": own}, watched, lambda service: None, dict)
    server = serve(endpoint, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.server_port}"
    made = Cloud(url, tmp_path, CloudFormation(tmp_path / "cloudformation.sqlite", lambda: url))
    made.service.start()
    yield made
    made.service.stop()
    server.shutdown()
    server.server_close()


def _call(environ: dict[str, Any]) -> str:
    """The action's name, or method and path where the service has REST."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return str(body.decode().partition("Action=")[2].partition("&")[0])
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"

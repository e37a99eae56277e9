"""A client that is nearly nothing: one kept connection, calls signed as AWS wants, only the answers' time counted."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGETS = {"sqs": "AmazonSQS", "swf": "SimpleWorkflowService"}


class Caller:
    """Calls to one service of the cloud in `home`. `spent` is the time, in seconds, that answers have taken so far.

    A boto3 call costs its caller more than its answer costs the server: that would hide what is measured.
    """

    def __init__(self, home: Path, service: str) -> None:
        facts = json.loads((home / "endpoint.json").read_text())
        keys = Credentials(facts["access_key"], facts["secret_key"])
        self._endpoint = facts["endpoint"]
        self._service = service
        self._signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, facts["region"])
        self._connection = http.client.HTTPConnection(urlsplit(self._endpoint).netloc, timeout=100)
        self.spent = 0.0

    def ask(self, action: str, **asked: Any) -> Any:
        """An action of a service that speaks JSON; what it answers. RuntimeError for an error."""
        headers = {"X-Amz-Target": f"{TARGETS[self._service]}.{action}", "Content-Type": "application/x-amz-json-1.0"}
        body = self.request("POST", "/", json.dumps(asked).encode(), headers)
        return json.loads(body) if body else {}

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        """One request; the body of its answer. RuntimeError for an error."""
        asked: Any = AWSRequest(method, self._endpoint + path, headers=headers or {}, data=body)
        self._signer.add_auth(asked)
        signed = asked.prepare()
        began = time.perf_counter()
        self._connection.request(method, path, signed.body, dict(signed.headers.items()))
        answer = self._connection.getresponse()
        told = answer.read()
        self.spent += time.perf_counter() - began
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} {headers}: {answer.status} {told.decode(errors='replace')}")
        return told

"""A small cloud for the bot, in this process: the local cloud's own S3, SQS and SWF, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcloud.destinations import Destinations
from localcloud.endpoint import Endpoint, serve
from localcloud.s3 import S3
from localcloud.sqs import Sqs
from localcloud.swf import Swf


@contextmanager
def small_cloud(folder: Path, asked: Counter[str] | None = None) -> Iterator[str]:
    """Its address. What is asked of it is counted by method: 'PollForDecisionTask', 'ReceiveMessage', 'GET /…'."""
    swf, sqs = Swf(folder / "swf.sqlite"), Sqs(folder / "sqs.sqlite")
    destinations = Destinations(sqs)
    s3 = S3(folder / "s3", destinations.deliver, destinations.may_deliver)
    parts = swf, sqs, s3
    for part in parts:
        part.start()
    cloud = Endpoint({"swf": swf.app, "sqs": sqs.app, "s3": s3.app}, s3.app, lambda service: None, dict)

    def counted(environ: dict[str, Any], start: Any) -> Any:
        if asked is not None:
            target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            asked[target or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"] += 1
        return cloud(environ, start)

    server = serve(counted, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        for part in parts:
            part.stop()

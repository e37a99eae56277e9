"""A template of a description made for the test, as the data that its JSON is."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cloudformation.description import Aws, Names
from cloudformation.template import template

Templated = Callable[..., dict[str, Any]]


@pytest.fixture
def templated() -> Templated:
    """The template of `elife-web-ct`, with what is given for `aws:`; `names=` replaces some of its names."""

    def make(names: dict[str, Any] | None = None, **aws: Any) -> dict[str, Any]:
        described = Aws(**aws)
        base = {*described.s3, *described.access.s3.read, *described.access.s3.write}
        queues = {*described.sqs, *described.access.sqs.receive, *described.access.sqs.send}
        usual: dict[str, Any] = {
            "stack": "elife-web-ct",
            "project": "elife-web",
            "nodes": ("elife-web-ct", "elife-web-ct--2", "elife-web-ct--3")[: described.cluster_size],
            "host": "ct.web.elifesciences.org",
            "zone": "elifesciences.org",
            "swf_domain": "Publish.ct",
            "buckets": {name: f"ct-{name}" for name in base},
            "queues": {name: f"ct-{name}" for name in queues},
        }
        data = {"name": "elife-web", "description": "a website"}
        made: dict[str, Any] = json.loads(template(described, Names(**usual | (names or {})), data))
        return made

    return make


@pytest.fixture
def properties(templated: Templated) -> Callable[..., dict[str, Any]]:
    """The properties of one resource of such a template."""

    def find(logical_id: str, **described: Any) -> dict[str, Any]:
        found: dict[str, Any] = templated(**described)["Resources"][logical_id]["Properties"]
        return found

    return find

"""What can't be published: one clear error event each, the execution failed, nothing made; and the bot goes on."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Mapping
from functools import partial

import pytest

from tests.articles import Package, make_article, tiff
from tests.pipeline.outcome import check_published_once, publish_all
from tests.pipeline.publishing import ERROR, Publishing

pytestmark = [pytest.mark.machines, pytest.mark.timeout(900)]

_ids = itertools.count(60_001)
_EXTERNAL = b'<!DOCTYPE article [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


def zipped(files: Mapping[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def changed(package: Package, **files: bytes | None) -> bytes:
    """The package's zip with some files exchanged, added, or (None) left out; by their asset: xml, fig1, another."""
    kept = dict(package.files)
    for what, content in files.items():
        name = package.name("" if what == "xml" else what, "xml" if what in ("xml", "app1") else "tif")
        kept.pop(name, None)
        if content is not None:
            kept[name] = content
    return zipped(kept)


def bad(kind: str, package: Package) -> bytes:
    """A zip of that kind, in the package's name."""
    xml, image = package.xml, package.files[package.name("fig1", "tif")]
    match kind:
        case "not a zip":
            return b"This is no zip.\n" * 10
        case "a zip cut short":
            return package.zip_bytes()[:-200]
        case "an empty zip":
            return zipped({})
        case "a zip bomb":
            return zipped({**package.files, package.name("media1", "mov"): bytes(3_000_000_000 // 4)})
        case "a path out of its folder":
            return zipped({**package.files, "../../etc/cron.d/elife-60001.xml": b"x"})
        case "two article XMLs":
            return zipped({**package.files, package.name("", "xml").replace(".xml", "-v2.xml"): xml})
        case "no article XML":
            return changed(package, xml=None)
        case "an external entity":
            return changed(package, xml=_EXTERNAL + xml[xml.index(b"<article ") :])
        case "XML that is broken":
            return changed(package, xml=xml[:-20])
        case "XML that is no article":
            return changed(package, xml=b"<html/>")
        case "a wrong file name":
            return zipped({**package.files, "Figure 1 final (2).tif": image})
        case "an image cut short":
            return changed(package, fig1=image[: len(image) // 2])
        case "an image of 200 megapixels":
            return changed(package, fig1=tiff(20_000, 10_000))
        case _:
            return changed(package, fig1=b"This is no picture.")


# Of each kind: the activity that tells, and words of what it says.
KINDS = {
    "not a zip": ("Expand Article", "not a zip"),
    "a zip cut short": ("Expand Article", "zip"),
    "an empty zip": ("Expand Article", "no files in it"),
    "a path out of its folder": ("Expand Article", "../"),
    "two article XMLs": ("Expand Article", "XML"),
    "no article XML": ("Expand Article", "XML"),
    "an external entity": ("Expand Article", "entity"),
    "XML that is broken": ("Expand Article", "well-formed"),
    "XML that is no article": ("Expand Article", "article"),
    "a wrong file name": ("Expand Article", "Figure 1 final (2).tif"),
    "an image cut short": ("Resize Images", "fig1"),
    "an image of 200 megapixels": ("Resize Images", "20000 × 10000 pixels"),
    "no image": ("Resize Images", "fig1"),
    "a zip bomb": ("Expand Article", "zip"),
}
NAMES = {
    "elife-60501-draft-v1.zip": "60501",
    "elife-vor-60502.zip": "elife-vor-60502.zip",
    "Article 60503 (final).zip": "Article 60503 (final).zip",
}
# Words of programs, which no editor should have to read.
_PROGRAM = ("Error:", "Exception", "Traceback", "None", "{'", "0x")


def test_each_bad_zip_is_told_once(publishing: Publishing) -> None:
    packages = {kind: make_article(article_id=str(next(_ids))) for kind in KINDS}
    for kind, package in packages.items():
        publishing.put(package.zip_name, bad(kind, package))
    good = make_article(article_id=str(next(_ids)))
    publishing.put(good.zip_name, good.zip_bytes())
    publish_all(publishing, [good])
    check_published_once(publishing, good)
    for kind, package in packages.items():
        title, words = KINDS[kind]
        check_told_once(publishing, package.article_id, title, words)
        assert publishing.versions(package.article_id) == {}
        assert publishing.keys("publishing-archive", f"elife-{package.article_id}") == []


def test_each_bad_name_is_told_once(publishing: Publishing) -> None:
    for name in NAMES:
        publishing.put(name, b"")
    for name, item in NAMES.items():
        check_told_once(publishing, item, "Expand Article", name)


def check_told_once(publishing: Publishing, item: str, title: str, words: str) -> None:
    publishing.until(partial(publishing.heard, item, "error"))
    publishing.until_idle()
    [event] = publishing.events(item, "error")
    assert publishing.told(item, int(event["version"]), "publication-status") == ERROR
    assert event["event_type"] == title, event["message"]
    assert words in event["message"]
    assert not [word for word in _PROGRAM if word in event["message"]], event["message"]
    print(f"{title}: {event['message']}")  # for whoever reads them with -rA


def test_rubbish_in_the_queues_is_set_aside_with_a_reason(publishing: Publishing) -> None:
    sqs = publishing.client("sqs")
    rubbish = [
        "{}",
        "[]",
        '{"workflow_name": "NoSuchWorkflow", "workflow_data": {}}',
        '{"Records": [{"s3": 1}]}',
        "\u20ac",
    ]
    for queue in ("incoming-queue", "workflow-starter-queue"):
        sent = [sqs.send_message(QueueUrl=publishing.queue(queue), MessageBody=body) for body in rubbish]
        aside: list[str] = []

        def all_aside(queue: str = queue, aside: list[str] = aside) -> bool:
            answer = sqs.receive_message(
                QueueUrl=publishing.dead(queue), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            )
            aside += [message["MessageAttributes"]["reason"]["StringValue"] for message in answer.get("Messages", [])]
            return len(aside) >= len(rubbish)

        publishing.until(all_aside)
        assert all(aside), sent
        assert publishing.left(queue) == 0


def test_messages_of_other_peoples_programs(publishing: Publishing) -> None:
    """A feeder of before, with another name for the workflow, more in the message, and the zip in another bucket."""
    package = make_article(article_id=str(next(_ids)))
    bucket = publishing.bucket("publishing-archive")
    publishing.client("s3").put_object(Bucket=bucket, Key=f"again/{package.zip_name}", Body=package.zip_bytes())
    data = {"event_name": "", "event_time": "2016-05-28T15:00:00.000000Z", "bucket_name": bucket,
            "file_name": f"again/{package.zip_name}", "file_etag": "x", "file_size": 1, "feeder": "mine"}  # fmt: skip
    publishing.ask({"workflow_name": "InitialArticleZip", "workflow_data": data, "priority": 5})
    publish_all(publishing, [package])
    # An execution that somebody starts by hand.
    other = make_article(article_id=str(next(_ids)))
    publishing.client("s3").put_object(Bucket=bucket, Key=other.zip_name, Body=other.zip_bytes())
    publishing.client("swf").start_workflow_execution(
        domain=publishing.domain,
        workflowId=f"by hand {other.article_id}",
        workflowType={"name": "PublishPerfectArticle", "version": "1"},
        input=json.dumps({**data, "file_name": other.zip_name}),
    )
    publish_all(publishing, [other])
    check_published_once(publishing, other)

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuum.messages import MessageError, dashboard, s3
from continuum.messages.dashboard import Event, Property
from continuum.messages.starter import ArticleData, StartWorkflow

texts = st.text(max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

RECORD: dict[str, Any] = {
    "eventName": "ObjectCreated:Put",
    "eventTime": "2016-05-28T15:00:00.000000Z",
    "s3": {
        "bucket": {"name": "ct-elife-production-final"},
        "object": {"key": "a+b%2Bc%C3%A9.zip", "eTag": "e7f6", "size": 1097506},
    },
}


def test_a_notification_of_s3_has_the_objects_real_key() -> None:
    assert s3.parse(json.dumps({"Records": [RECORD]})) == [
        s3.ObjectEvent(
            "ObjectCreated:Put",
            "2016-05-28T15:00:00.000000Z",
            "ct-elife-production-final",
            "a b+cé.zip",
            "e7f6",
            1097506,
        )
    ]


def test_the_test_event_of_s3_is_no_event() -> None:
    assert s3.parse('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}') == []


def test_what_arrived_becomes_the_data_of_the_contract() -> None:
    event = s3.ObjectEvent("ObjectCreated:Put", "2016", "bucket", "file.zip", "etag", 7)
    assert json.loads(StartWorkflow("PublishPerfectArticle", ArticleData.of(event).values()).body()) == {
        "workflow_name": "PublishPerfectArticle",
        "workflow_data": {
            "event_name": "ObjectCreated:Put",
            "event_time": "2016",
            "bucket_name": "bucket",
            "file_name": "file.zip",
            "file_etag": "etag",
            "file_size": 7,
        },
    }


@given(st.text(min_size=1), st.dictionaries(texts, json_values))
def test_a_starter_message_is_read_as_it_was_written(name: str, data: dict[str, Any]) -> None:
    assert StartWorkflow.parse(StartWorkflow(name, data).body()) == StartWorkflow(name, data)


def test_a_starter_message_needs_no_data() -> None:
    assert dict(StartWorkflow.parse('{"workflow_name": "Ping"}').workflow_data) == {}


@given(st.builds(Event, texts, st.integers(0), texts, texts, texts, st.sampled_from(dashboard.STATUSES), texts, texts))
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert dashboard.parse(event.body()) == event


@given(st.builds(Property, texts, st.integers(0), texts, texts, texts, texts))
def test_a_property_is_read_as_it_was_written_bare_or_wrapped_by_sns(message: Property) -> None:
    assert dashboard.parse(message.body()) == message
    assert dashboard.parse(json.dumps({"TopicArn": "arn:aws:sns:::t", "Message": message.body()})) == message


def test_the_version_of_a_message_is_text_as_in_the_contract() -> None:
    message = Property("00353", 1, "publication-status", "published", message_id="m")
    assert json.loads(message.body()) == {
        "message_type": "property",
        "item_identifier": "00353",
        "version": "1",
        "name": "publication-status",
        "value": "published",
        "property_type": "text",
        "message_id": "m",
    }


def test_every_message_has_an_id_of_its_own() -> None:
    assert Property("1", 1, "a", "b").message_id != Property("1", 1, "a", "b").message_id


@pytest.mark.parametrize("parse", [s3.parse, StartWorkflow.parse, dashboard.parse])
@given(json_values.map(json.dumps) | st.text())
def test_anything_else_is_refused_with_a_reason(parse: Any, body: str) -> None:
    try:
        parse(body)
    except MessageError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("parse", "body", "reason"),
    [
        (s3.parse, "{", "not JSON"),
        (s3.parse, "[" * 100_000, "not JSON"),
        (s3.parse, "[]", "not a JSON object but list"),
        (s3.parse, "{}", "has no Records"),
        (s3.parse, '{"Records": [{"s3": {"object": {}}}]}', "'eventName'|'key'|'bucket'"),
        (StartWorkflow.parse, "{}", "workflow_name is missing"),
        (StartWorkflow.parse, '{"workflow_name": "", "workflow_data": {}}', "workflow_name is empty"),
        (StartWorkflow.parse, '{"workflow_name": "Ping", "workflow_data": []}', r"workflow_data must be an object"),
        (dashboard.parse, "{}", "message_type is None"),
        (dashboard.parse, '{"TopicArn": "t", "Message": {}}', "without a Message"),
        (dashboard.parse, '{"message_type": "event"}', "item_identifier is missing; version is missing"),
    ],
)
def test_the_reason_says_what_is_wrong(parse: Any, body: str, reason: str) -> None:
    with pytest.raises(MessageError, match=reason):
        parse(body)


def test_an_unknown_status_is_refused() -> None:
    event = Event("1", 1, "run", "Ping", "2016", "start", "x")
    with pytest.raises(MessageError, match="status is 'begun', none of start, end, error"):
        dashboard.parse(event.body().replace('"start"', '"begun"'))

"""The wire: errors of the JSON protocol, and the query protocol, its old names and the queue's own URL."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from tests.localcloud.sqs.cloud import Cloud

SPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def ask(
    cloud: Cloud, body: str, headers: dict[str, str], path: str = "/", method: str = "POST"
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    told = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read().decode()
    connection.close()
    return told


def by_json(cloud: Cloud, action: str, body: str) -> tuple[int, dict[str, str], Any]:
    status, headers, text = ask(cloud, body, {"X-Amz-Target": f"AmazonSQS.{action}"})
    return status, headers, json.loads(text)


def by_query(cloud: Cloud, action: str, path: str = "/", **asked: str) -> tuple[int, ElementTree.Element]:
    form = urlencode({"Action": action, "Version": "2012-11-05", **asked})
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    status, told, text = ask(cloud, form, headers, path)
    assert told["content-type"].startswith("text/xml")
    return status, ElementTree.fromstring(text)


def texts(tree: ElementTree.Element, *path: str) -> list[str]:
    return [found.text or "" for found in tree.findall("/".join(SPACE + name for name in path))]


def test_errors_have_both_names(cloud: Cloud) -> None:
    status, headers, told = by_json(cloud, "GetQueueUrl", '{"QueueName": "none"}')
    assert status == 400
    assert told == {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}
    assert headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amzn-requestid"]


def test_requests_that_are_none(cloud: Cloud) -> None:
    told = by_json(cloud, "SendMessage", '{"QueueUrl": "x"}')
    assert told[2]["__type"] == "com.amazon.coral.service#MissingRequiredParameterException"
    assert told[1]["x-amzn-query-error"] == "MissingParameter;Sender"
    for action, body, kind in (
        ("SendMessage", '{"QueueUrl": 1}', "SerializationException"),
        ("SendMessage", "{", "SerializationException"),
        ("SendMessage", "[]", "SerializationException"),
        ("SendMessageBatch", '{"QueueUrl": "x", "Entries": [1]}', "SerializationException"),
        ("Send", "{}", "UnknownOperationException"),
    ):
        status, _, told = by_json(cloud, action, body)
        assert (status, told["__type"]) == (400, f"com.amazon.coral.service#{kind}")


def test_the_query_protocol(cloud: Cloud) -> None:
    attribute = {
        "Attribute.1.Name": "VisibilityTimeout",
        "Attribute.1.Value": "5",
        "Tag.1.Key": "k",
        "Tag.1.Value": "v",
    }
    status, tree = by_query(cloud, "CreateQueue", QueueName="one", **attribute)
    assert (status, tree.tag) == (200, f"{SPACE}CreateQueueResponse")
    (url,) = texts(tree, "CreateQueueResult", "QueueUrl")
    assert url == f"{cloud.endpoint}/123456789012/one"
    assert cloud.client.list_queue_tags(QueueUrl=url)["Tags"] == {"k": "v"}
    sent = {
        "MessageBody": 'é\r\n<&>"',
        "MessageAttribute.1.Name": "bytes",
        "MessageAttribute.1.Value.DataType": "Binary",
        "MessageAttribute.1.Value.BinaryValue": base64.b64encode(b"\x00\xff").decode(),
    }
    _, tree = by_query(cloud, "SendMessage", "/123456789012/one", **sent)
    (id_,) = texts(tree, "SendMessageResult", "MessageId")
    _, tree = by_query(
        cloud, "ReceiveMessage", QueueUrl=url, **{"AttributeName.1": "All", "MessageAttributeName.1": "All"}
    )
    message = "ReceiveMessageResult", "Message"
    assert texts(tree, *message, "Body") == ['é\r\n<&>"']
    assert texts(tree, *message, "MessageId") == [id_]
    assert "SenderId" in texts(tree, *message, "Attribute", "Name")
    assert texts(tree, *message, "MessageAttribute", "Value", "BinaryValue") == ["AP8="]
    (handle,) = texts(tree, *message, "ReceiptHandle")
    _, tree = by_query(
        cloud, "ChangeMessageVisibilityBatch", QueueUrl=url,
        **{
            "ChangeMessageVisibilityBatchRequestEntry.1.Id": "a",
            "ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle": handle,
            "ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout": "9",
        },
    )  # fmt: skip
    result = "ChangeMessageVisibilityBatchResult"
    assert texts(tree, result, "ChangeMessageVisibilityBatchResultEntry", "Id") == ["a"]
    status, tree = by_query(cloud, "DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
    assert (status, tree.tag) == (200, f"{SPACE}DeleteMessageResponse")
    _, tree = by_query(cloud, "GetQueueAttributes", QueueUrl=url, **{"AttributeName.1": "VisibilityTimeout"})
    assert texts(tree, "GetQueueAttributesResult", "Attribute", "Value") == ["5"]
    _, tree = by_query(cloud, "ListQueues")
    assert texts(tree, "ListQueuesResult", "QueueUrl") == [url]


def test_query_batches_and_boto3_meet(cloud: Cloud) -> None:
    url = cloud.queue()
    entries = {
        f"SendMessageBatchRequestEntry.{number}.{name}": value
        for number in (1, 2)
        for name, value in (("Id", f"e{number}"), ("MessageBody", f"m{number}"))
    }
    _, tree = by_query(cloud, "SendMessageBatch", QueueUrl=url, **entries)
    assert texts(tree, "SendMessageBatchResult", "SendMessageBatchResultEntry", "Id") == ["e1", "e2"]
    assert cloud.bodies(url) == ["m1", "m2"]


def test_query_errors(cloud: Cloud) -> None:
    status, tree = by_query(cloud, "GetQueueUrl", QueueName="none")
    assert (status, tree.tag) == (400, f"{SPACE}ErrorResponse")
    assert texts(tree, "Error", "Code") == ["AWS.SimpleQueueService.NonExistentQueue"]
    assert texts(tree, "Error", "Message") == ["The specified queue does not exist for this wsdl version."]
    assert texts(tree, "Error", "Type") == ["Sender"]
    assert re.fullmatch(r"[\da-f-]{36}", texts(tree, "RequestId")[0])
    for action, asked, code in (
        ("SendMessage", {"QueueUrl": "x"}, "MissingParameter"),
        ("ReceiveMessage", {"QueueUrl": "x", "MaxNumberOfMessages": "many"}, "InvalidParameterValue"),
        ("Dance", {}, "InvalidAction"),
    ):
        assert texts(by_query(cloud, action, **asked)[1], "Error", "Code") == [code]


def test_a_message_says_who_sent_it(cloud: Cloud) -> None:
    """Who that is stands in the environment, where the endpoint's access control leaves it."""
    url, body = cloud.queue(), b'{"QueueUrl": "one", "MessageBody": "x"}'
    environ = {
        "HTTP_X_AMZ_TARGET": "AmazonSQS.SendMessage",
        "HTTP_HOST": "h",
        "PATH_INFO": "/",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "localcloud.caller": SimpleNamespace(user_id="AROAEXAMPLE:i-1"),
    }
    list(cloud.sqs.app(environ, lambda status, headers: None))
    (message,) = cloud.receive(url, AttributeNames=["SenderId"])
    assert message["Attributes"] == {"SenderId": "AROAEXAMPLE:i-1"}


def test_query_by_get(cloud: Cloud) -> None:
    cloud.queue()
    status, _, text = ask(cloud, "", {}, "/?Action=ListQueues", "GET")
    assert (status, "/123456789012/one" in text) == (200, True)

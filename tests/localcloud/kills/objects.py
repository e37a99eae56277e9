"""S3: objects are what was put, and each upload is told to a queue once."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterable

from botocore.exceptions import ClientError

from tests.localcloud.kills.load import Clients, Gone, Ledger, Turn

BUCKET = "kills"


class Objects:
    name = "s3"

    def __init__(self, clients: Clients, ledger: Ledger) -> None:
        self.clients = clients
        self.ledger = ledger
        self.put: dict[str, bool] = {}  # key -> whether its putting was acknowledged
        self.deleted: dict[str, bool] = {}  # likewise
        self.told: dict[str, set[str]] = {}  # key -> ids of the messages that told of its upload
        self._number = itertools.count()

    def prepare(self) -> None:
        sqs, s3 = self.clients("sqs"), self.clients("s3")
        self.url = sqs.create_queue(QueueName="kills-events", Attributes={"VisibilityTimeout": "3"})["QueueUrl"]
        asked = {"QueueUrl": self.url, "AttributeNames": ["QueueArn"]}
        arn = sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        s3.create_bucket(Bucket=BUCKET)
        wanted = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
        given = {"QueueConfigurations": wanted}
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=given)

    def producers(self) -> Iterable[Turn]:
        return [self._put, self._upload, self._delete]

    def consumers(self) -> Iterable[Turn]:
        return [self._listen]

    def settled(self) -> bool:
        return self._there() <= set(self.told)

    def problems(self) -> list[str]:
        wrong = []
        there = self._there()
        for key, acknowledged in self.put.items():
            kept = key in there
            if kept and self.deleted.get(key) is True:
                wrong.append(f"{key} is back after its deletion")
            elif not kept and acknowledged and key not in self.deleted:
                wrong.append(f"{key} is gone")
            elif kept and self.clients("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() != _content(key):
                wrong.append(f"{key} is not what was put")
            times = len(self.told.get(key, ()))
            if times > 1 or (times == 0 and (acknowledged or kept)):
                wrong.append(f"the upload of {key} was told {times} times")
            if times and not acknowledged and not kept and key not in self.deleted:
                wrong.append(f"the upload of {key} was told, and there is no such object")
        return [f"{each}\n{self.ledger.around(each.split('kills/')[1].split()[0])}" for each in wrong]

    def _there(self) -> set[str]:
        keys: set[str] = set()
        asked = {"Bucket": BUCKET}
        while True:
            page = self.clients("s3").list_objects_v2(**asked)
            keys |= {each["Key"] for each in page.get("Contents", [])}
            if not page["IsTruncated"]:
                return keys
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def _new(self) -> str:
        key = f"kills/o{next(self._number)}"
        self.put[key] = False
        self.ledger.note(key.split("/")[1], "is put")
        return key

    def _acknowledged(self, key: str) -> None:
        self.put[key] = True
        self.ledger.note(key.split("/")[1], "putting acknowledged")
        time.sleep(0.02)

    def _put(self) -> None:
        key = self._new()
        self.clients("s3").put_object(Bucket=BUCKET, Key=key, Body=_content(key))
        self._acknowledged(key)

    def _upload(self) -> None:
        """In parts."""
        s3, key = self.clients("s3"), self._new()
        of = {"Bucket": BUCKET, "Key": key}
        of["UploadId"] = s3.create_multipart_upload(**of)["UploadId"]
        etag = s3.upload_part(**of, PartNumber=1, Body=_content(key))["ETag"]
        s3.complete_multipart_upload(**of, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
        self._acknowledged(key)

    def _delete(self) -> None:
        time.sleep(0.1)
        ready = [key for key, acknowledged in list(self.put.items()) if acknowledged and key not in self.deleted]
        if not ready:
            return
        key = random.choice(ready)
        self.deleted[key] = False
        self.ledger.note(key.split("/")[1], "is deleted")
        self.clients("s3").delete_object(Bucket=BUCKET, Key=key)
        self.deleted[key] = True
        self.ledger.note(key.split("/")[1], "deletion acknowledged")

    def _listen(self) -> None:
        sqs = self.clients("sqs")
        got = sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        for each in got:
            for record in json.loads(each["Body"]).get("Records", []):
                key = record["s3"]["object"]["key"].replace("%2F", "/")
                self.told.setdefault(key, set()).add(each["MessageId"])
                self.ledger.note(key.split("/")[1], f"told by message {each['MessageId']}")
            try:
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
            except ClientError as error:
                raise Gone(str(error)) from None


def _content(key: str) -> bytes:
    return f"the content of {key}\n".encode() * 200

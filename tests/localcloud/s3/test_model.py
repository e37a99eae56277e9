"""A state machine: whatever is put, deleted and versioned, in any order, a small model of a bucket says the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.localcloud.s3.cloud import BUCKET, Cloud, refusal

KEYS = st.sampled_from(("a", "a/b", "c"))
BODIES = st.binary(max_size=5)
MARKER = None
NULL = "null"


class Bucket(RuleBasedStateMachine):
    """`history` has each key's versions, the newest first: (version id, content, None for a delete marker)."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.cloud = Cloud(Path(self.folder.name))
        self.s3 = self.cloud.client
        self.s3.create_bucket(Bucket=BUCKET)
        self.status = ""
        self.history: dict[str, list[tuple[str, bytes | None]]] = {}

    def teardown(self) -> None:
        self.cloud.stop()
        self.folder.cleanup()

    def add(self, key: str, answer: Any, content: bytes | None) -> None:
        version = answer.get("VersionId", NULL)
        assert (version == NULL) == (self.status != "Enabled")
        kept = [each for each in self.history.get(key, []) if version != NULL or each[0] != NULL]
        self.history[key] = [(version, content), *kept]

    def current(self, key: str) -> bytes | None:
        return self.history[key][0][1] if self.history.get(key) else MARKER

    @rule(key=KEYS, content=BODIES)
    def put(self, key: str, content: bytes) -> None:
        self.add(key, self.s3.put_object(Bucket=BUCKET, Key=key, Body=content), content)

    @rule(key=KEYS, content=BODIES)
    def put_in_parts(self, key: str, content: bytes) -> None:
        upload = {"Bucket": BUCKET, "Key": key}
        upload["UploadId"] = self.s3.create_multipart_upload(**upload)["UploadId"]
        etag = self.s3.upload_part(**upload, PartNumber=3, Body=content)["ETag"]
        parts = {"Parts": [{"PartNumber": 3, "ETag": etag}]}
        self.add(key, self.s3.complete_multipart_upload(**upload, MultipartUpload=parts), content)

    @rule(source=KEYS, key=KEYS)
    def copy(self, source: str, key: str) -> None:
        content = self.current(source)
        asked = {"Bucket": BUCKET, "Key": key, "CopySource": f"{BUCKET}/{source}", "MetadataDirective": "REPLACE"}
        if content is MARKER:
            assert refusal(self.s3.copy_object, **asked) == ("NoSuchKey", 404)
        else:
            self.add(key, self.s3.copy_object(**asked), content)

    @rule(key=KEYS, many=st.booleans())
    def delete(self, key: str, many: bool) -> None:
        if many:
            deleted = self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})["Deleted"][0]
            answer = {"VersionId": deleted["DeleteMarkerVersionId"]} if "DeleteMarker" in deleted else {}
        else:
            answer = self.s3.delete_object(Bucket=BUCKET, Key=key)
        if self.status:
            self.add(key, answer, MARKER)
        else:
            self.history.pop(key, None)

    @rule(key=KEYS, place=st.integers(0, 3))
    def delete_version(self, key: str, place: int) -> None:
        versions = self.history.get(key, [])
        if place < len(versions):
            self.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=versions[place][0])
            del versions[place]

    @rule(status=st.sampled_from(("Enabled", "Suspended")))
    def set_versioning(self, status: str) -> None:
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": status})
        self.status = status

    @precondition(lambda self: self.history)
    @rule()
    def restart(self) -> None:
        self.cloud.stop()
        self.cloud = Cloud(Path(self.folder.name))
        self.s3 = self.cloud.client

    @invariant()
    def every_version_is_there(self) -> None:
        told = self.s3.list_object_versions(Bucket=BUCKET)
        found: dict[str, set[tuple[str, bool, bool]]] = {}
        for kind in ("Versions", "DeleteMarkers"):
            for each in told.get(kind, []):
                entry = (each["VersionId"], each["IsLatest"], kind == "DeleteMarkers")
                found.setdefault(each["Key"], set()).add(entry)
        assert found == {
            key: {(version, place == 0, content is MARKER) for place, (version, content) in enumerate(versions)}
            for key, versions in self.history.items()
            if versions
        }
        for key, versions in self.history.items():
            for version, content in versions:
                if content is not MARKER:
                    got = self.s3.get_object(Bucket=BUCKET, Key=key, VersionId=version)["Body"].read()
                    assert got == content

    @invariant()
    def the_current_ones_are_listed(self) -> None:
        listed = {each["Key"]: each["Size"] for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
        current = {key: self.current(key) for key in self.history}
        assert listed == {key: len(content) for key, content in current.items() if content is not None}

    @invariant()
    def nothing_else_is_on_disk(self) -> None:
        contents = [content for versions in self.history.values() for _, content in versions if content is not MARKER]
        assert self.cloud.files() == len(contents)


TestBucket = Bucket.TestCase
TestBucket.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)

"""The Salt tree on its way to the machines: packed, named by its hash, in the builder's bucket."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

from botocore.exceptions import ClientError

from builder import cloud

ROOT = Path(__file__).resolve().parent.parent
SALT = ROOT / "salt"
LEFT_OUT = ("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")


def upload(bucket: str | None = None) -> str:
    """Put the tree of this checkout in the builder's bucket and make it the current one; its hash.

    A `bucket` that is known to be there (a stack's parameter BuilderBucket) is not asked after.
    """
    data = pack(SALT)
    tree = hashlib.sha256(data).hexdigest()
    bucket = bucket or ensure_bucket()
    put_once(bucket, f"salt/{tree}.tar.gz", data)
    cloud.client("s3").put_object(Bucket=bucket, Key="salt/current", Body=json.dumps({"tree": tree}).encode())
    return tree


def pack(folder: Path) -> bytes:
    """A folder's content as .tar.gz: the same bytes for the same files, whoever packs them and when."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if not any(part in LEFT_OUT for part in inside.parts):
                tar.add(path, str(inside), recursive=False, filter=_plain)
    return packed.getvalue()


def put_once(bucket: str, key: str, data: bytes) -> None:
    """Store an object whose key says what is in it: not again if it is there."""
    client = cloud.client("s3")
    if not _is_there(bucket, key):
        client.put_object(Bucket=bucket, Key=key, Body=data)


def has(key: str) -> bool:
    """True when the builder's bucket has that object."""
    return _is_there(ensure_bucket(), key)


def ensure_bucket() -> str:
    """The builder's bucket; made the first time: encrypted, closed to the public, reached by TLS only."""
    bucket = cloud.builder_bucket()
    client = cloud.client("s3")
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        _make(bucket)
    return bucket


def _make(bucket: str) -> None:
    client = cloud.client("s3")
    # us-east-1 is the one region that must not be named.
    where = (
        {} if cloud.region() == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": cloud.region()}}
    )
    client.create_bucket(Bucket=bucket, **where)
    client.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    client.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    if (
        not cloud.is_local()
    ):  # the local endpoint is loopback and the machines' own bridge: there is no TLS to insist on
        client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))


def _tls_only(bucket: str) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _is_there(bucket: str, key: str) -> bool:
    try:
        cloud.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime = 0
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry

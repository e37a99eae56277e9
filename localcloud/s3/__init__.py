"""The local cloud's Amazon S3: buckets and objects on this machine's disk, with their events."""

from localcloud.s3.service import S3

__all__ = ["S3"]

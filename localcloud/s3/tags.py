"""Tags of buckets and objects: what S3 takes (page "Categorizing your objects using tags")."""

from __future__ import annotations

import re

from localcloud.s3.faults import Fault

CHARACTERS = re.compile(r"[\w\s+\-=._:/@]*")


def check_tags(tags: list[dict[str, str]], *, most: int) -> list[dict[str, str]]:
    """The tags, or a Fault."""
    if len(tags) > most:
        what = "Object tags cannot be greater than 10" if most == 10 else "Bucket tag count cannot be greater than 50"
        raise Fault("BadRequest" if most == 10 else "InvalidTag", what)
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise Fault("InvalidTag", "Cannot provide multiple Tags with the same key")
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if not 1 <= len(key) <= 128 or not CHARACTERS.fullmatch(key):
            raise Fault("InvalidTag", "The TagKey you have provided is invalid", TagKey=key)
        if len(value) > 256 or not CHARACTERS.fullmatch(value):
            raise Fault("InvalidTag", "The TagValue you have provided is invalid", TagKey=key, TagValue=value)
        if key.lower().startswith("aws:"):
            raise Fault("InvalidTag", "System tags cannot be added/updated by requester", TagKey=key)
    return tags

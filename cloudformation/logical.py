"""Logical ids: the names by which a template's parts know each other."""

KEY_PAIR = "KeyPair"
SECRET = "DatabaseSecret"


def instance_id(number: int) -> str:
    """Logical id of the n-th machine, counted from 1."""
    return f"Instance{number}"


def logical_id(name: str, kind: str) -> str:
    """`incoming-queue` and `Queue` give `IncomingQueue`; `elife-publishing-cdn` and `Bucket` give
    `ElifePublishingCdnBucket`. Not unique for all names (`a-1`, `a1`): description.mistakes() says where it is not."""
    camel = "".join(part.capitalize() for part in name.split("-"))
    return camel if camel.endswith(kind) else camel + kind

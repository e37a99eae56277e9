"""What no single key can show: keys of a description that contradict each other."""

from collections.abc import Iterable, Iterator

from cloudformation.description import Aws
from cloudformation.logical import SECRET, logical_id

Contradiction = tuple[tuple[str, ...], str]  # the keys that lead to the place, and what is wrong with it


def contradictions(aws: Aws) -> Iterator[Contradiction]:
    """Every contradiction in a description, each with its place."""
    yield from _unknown_queues(aws)
    yield from _same_logical_ids("s3", "Bucket", aws.s3)
    yield from _same_logical_ids("sqs", "Queue", aws.sqs)
    yield from _same_logical_ids("secrets", "Secret", aws.secrets)
    if aws.rds and any(logical_id(name, "Secret") == SECRET for name in aws.secrets):
        yield ("secrets",), f"{SECRET} is the database's own: rename that secret"
    if aws.subnet_ids and not aws.vpc_id:
        yield ("subnet-ids",), "needs `vpc-id` beside it: name the VPC that these subnets are of"
    if aws.vpc_id and not aws.subnet_ids:
        yield ("vpc-id",), "needs `subnet-ids` beside it: name the subnets of this VPC"
    if aws.rds and len(aws.subnet_ids) == 1:
        yield ("subnet-ids",), "a database needs subnets in two zones: name a second one"


def _unknown_queues(aws: Aws) -> Iterator[Contradiction]:
    for name, bucket in aws.s3.items():
        for index, each in enumerate(bucket.notify):
            if each.queue not in aws.sqs:
                place = ("s3", name, "notify", str(index), "queue")
                yield place, f"the project has no queue {each.queue}: add it under `sqs`"


def _same_logical_ids(section: str, kind: str, names: Iterable[str]) -> Iterator[Contradiction]:
    taken: dict[str, str] = {}
    for name in names:
        other = taken.setdefault(logical_id(name, kind), name)
        if other != name:
            yield (section, name), f"is too much like {other} (both are {logical_id(name, kind)}): rename one"

"""The template of an environment: the buckets and queues that its machines share, nothing that costs by the hour."""

from troposphere import Template

from cloudformation.description import Aws, Environment, Names
from cloudformation.queues import queue_outputs, queues
from cloudformation.storage import bucket_outputs, buckets


def environment(described: Environment, names: Names) -> str:
    """The stack's template as JSON, keys sorted, one line feed at its end: the same input, the same bytes."""
    aws = Aws(s3=described.s3, sqs=described.sqs)
    made = Template(Description=f"{names.stack}: buckets and queues of one publishing environment")
    made.add_resource([*buckets(aws, names), *queues(aws, names)])
    made.add_output([*bucket_outputs(aws), *queue_outputs(aws)])
    return str(made.to_json(indent=2, sort_keys=True)) + "\n"

"""What a stack tells of itself once it stands. The names are read by builder and, as `cfn.outputs.…`, by Salt."""

from troposphere import GetAtt, Output, Ref

from cloudformation.database import database_outputs
from cloudformation.description import Aws, Names
from cloudformation.logical import KEY_PAIR, instance_id
from cloudformation.queues import queue_outputs
from cloudformation.secrets import secret_outputs
from cloudformation.storage import bucket_outputs


def outputs(aws: Aws, names: Names) -> list[Output]:
    """Key pair, addresses of every machine, public host, database, secrets, queues, buckets: what the stack has."""
    host = [Output("Host", Value=names.host)] if names.host else []
    database = database_outputs(aws.rds, names) if aws.rds else []
    key_pair = Output("KeyPairId", Value=GetAtt(KEY_PAIR, "KeyPairId"))
    things = [*secret_outputs(aws), *queue_outputs(aws), *bucket_outputs(aws)]
    return [key_pair, *_machines(names), *host, *database, *things]


def _machines(names: Names) -> list[Output]:
    numbers = range(1, len(names.nodes) + 1)
    return [
        output
        for number in numbers
        for output in (
            Output(f"InstanceId{number}", Value=Ref(instance_id(number))),
            Output(f"PrivateIP{number}", Value=GetAtt(instance_id(number), "PrivateIp")),
            Output(f"PublicIP{number}", Value=GetAtt(instance_id(number), "PublicIp")),
        )
    ]

"""What a stack tells of itself once it stands. The names are read by builder and, as `cfn.outputs.…`, by Salt."""

from troposphere import GetAtt, Output, Ref

from cloudformation.description import Aws, Names
from cloudformation.instance import KEY_PAIR, instance_id


def outputs(aws: Aws, names: Names) -> list[Output]:
    """Key pair, addresses of every machine, public host, database, queues and buckets: what the stack has of them."""
    found = [Output("KeyPairId", Value=GetAtt(KEY_PAIR, "KeyPairId"))]
    for number, _ in enumerate(names.nodes, start=1):
        instance = instance_id(number)
        found += [
            Output(f"InstanceId{number}", Value=Ref(instance)),
            Output(f"PrivateIP{number}", Value=GetAtt(instance, "PrivateIp")),
            Output(f"PublicIP{number}", Value=GetAtt(instance, "PublicIp")),
        ]
    if names.host:
        found.append(Output("Host", Value=names.host))
    return found

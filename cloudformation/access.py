"""What the machines may do: one role with the least that the project needs, in an instance profile."""

from typing import Any

from troposphere import AWSHelperFn, AWSObject, Ref, Sub, iam

from cloudformation.description import Aws, Names
from cloudformation.logical import SECRET
from cloudformation.secrets import secret_id

Statement = dict[str, Any]
READ = ["s3:GetObject"]
WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
LIST = ["s3:GetBucketLocation", "s3:ListBucket"]
FIND = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
RECEIVE = [*FIND, "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
SEND = [*FIND, "sqs:SendMessage"]
READ_SECRET = ["secretsmanager:GetSecretValue"]
# Everything a decider, a worker, a starter and a registration do, and nothing that takes away (Deprecate…, Terminate…
# but for executions). The second block are decisions, which SWF checks like calls.
SWF = [
    "swf:Count*",
    "swf:Describe*",
    "swf:GetWorkflowExecutionHistory",
    "swf:List*",
    "swf:PollFor*",
    "swf:RecordActivityTaskHeartbeat",
    "swf:Register*",
    "swf:RequestCancelWorkflowExecution",
    "swf:Respond*",
    "swf:SignalWorkflowExecution",
    "swf:StartWorkflowExecution",
    "swf:TerminateWorkflowExecution",
    "swf:Undeprecate*",
    "swf:CancelTimer",
    "swf:CancelWorkflowExecution",
    "swf:CompleteWorkflowExecution",
    "swf:ContinueAsNewWorkflowExecution",
    "swf:FailWorkflowExecution",
    "swf:RecordMarker",
    "swf:RequestCancelActivityTask",
    "swf:RequestCancelExternalWorkflowExecution",
    "swf:ScheduleActivityTask",
    "swf:SignalExternalWorkflowExecution",
    "swf:StartChildWorkflowExecution",
    "swf:StartTimer",
]


def role(aws: Aws, names: Names) -> list[AWSObject]:
    """`Role` and `InstanceProfile`."""
    assumed_by_machines = _allow(["sts:AssumeRole"]) | {"Principal": {"Service": "ec2.amazonaws.com"}}
    families = (_own_stack, _buckets, _queues, _workflows, _secrets_of_others)
    statements = [statement for family in families for statement in family(aws, names)]
    return [
        iam.Role(
            "Role",
            AssumeRolePolicyDocument=_document([assumed_by_machines]),
            Policies=[iam.Policy(PolicyName="machines", PolicyDocument=_document(statements))],
        ),
        iam.InstanceProfile("InstanceProfile", Roles=[Ref("Role")]),
    ]


def _own_stack(aws: Aws, names: Names) -> list[Statement]:
    builder = "arn:${AWS::Partition}:s3:::${BuilderBucket}"
    statements = [
        _allow(READ, Sub(f"{builder}/salt/*"), Sub(f"{builder}/code/{names.project}/*")),
        _allow(["s3:PutObject"], Sub(f"{builder}/stacks/${{AWS::StackName}}/*")),
        _allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplateSummary"], Ref("AWS::StackId")),
    ]
    own = [*([SECRET] if aws.rds else []), *map(secret_id, aws.secrets)]
    return statements + _statements((READ_SECRET, [Ref(each) for each in own]))


def _buckets(aws: Aws, names: Names) -> list[Statement]:
    wanted = aws.access.s3
    arns = {name: f"arn:${{AWS::Partition}}:s3:::{names.buckets[name]}" for name in (*wanted.read, *wanted.write)}
    read = [name for name in wanted.read if name not in wanted.write]
    return _statements(
        (LIST, [Sub(arn) for arn in arns.values()]),
        (READ, [Sub(f"{arns[name]}/*") for name in read]),
        (WRITE, [Sub(f"{arns[name]}/*") for name in wanted.write]),
    )


def _queues(aws: Aws, names: Names) -> list[Statement]:
    def arns(queues: tuple[str, ...]) -> list[AWSHelperFn]:
        here = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}"
        return [Sub(f"{here}:{names.queues[name]}") for name in queues]

    return _statements((RECEIVE, arns(aws.access.sqs.receive)), (SEND, arns(aws.access.sqs.send)))


def _workflows(aws: Aws, names: Names) -> list[Statement]:
    domain = f"arn:${{AWS::Partition}}:swf:${{AWS::Region}}:${{AWS::AccountId}}:/domain/{names.swf_domain}"
    return _statements((SWF, [Sub(domain)] if aws.access.swf else []))


def _secrets_of_others(aws: Aws, names: Names) -> list[Statement]:
    # Six characters that Secrets Manager makes up stand behind the name in each secret's ARN.
    here = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret"
    return _statements(
        (READ_SECRET, [Sub(f"{here}:{names.secrets[each]}-??????") for each in aws.access.secrets]),
    )


def _statements(*wanted: tuple[list[str], list[AWSHelperFn]]) -> list[Statement]:
    return [_allow(actions, *resources) for actions, resources in wanted if resources]


def _allow(actions: list[str], *resources: AWSHelperFn) -> Statement:
    statement: Statement = {"Effect": "Allow", "Action": actions}
    return statement | {"Resource": list(resources)} if resources else statement


def _document(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}

"""What the machines may do: one role with the least that the project needs, and the instance profile that carries it."""

from typing import Any

from troposphere import AWSObject, Ref, Sub, iam

from cloudformation.description import Access, Aws, Names

ASSUMED_BY_MACHINES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
Statement = dict[str, Any]


def role(aws: Aws, names: Names) -> list[AWSObject]:
    """`Role` and `InstanceProfile`."""
    statements = [*_own_stack(names)]
    return [
        iam.Role(
            "Role",
            AssumeRolePolicyDocument=ASSUMED_BY_MACHINES,
            Policies=[
                iam.Policy(
                    PolicyName="machines", PolicyDocument={"Version": "2012-10-17", "Statement": statements}
                )
            ],
        ),
        iam.InstanceProfile("InstanceProfile", Roles=[Ref("Role")]),
    ]


def _allow(actions: list[str], *resources: object) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _own_stack(names: Names) -> list[Statement]:
    bucket = "arn:${AWS::Partition}:s3:::${BuilderBucket}"
    return [
        _allow(["s3:GetObject"], Sub(f"{bucket}/salt/*"), Sub(f"{bucket}/code/{names.project}/*")),
        _allow(["s3:PutObject"], Sub(f"{bucket}/stacks/${{AWS::StackName}}/*")),
        _allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplateSummary"], Ref("AWS::StackId")),
    ]

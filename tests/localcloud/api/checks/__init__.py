"""Every check, in the order of the page: a file a service, or a few that belong together."""

from __future__ import annotations

from tests.localcloud.api.check import AWS_CLI, CHECKS
from tests.localcloud.api.checks import (
    cloudformation,
    cloudformation_changes,
    command_line,
    ec2,
    ec2_machines,
    edges,
    iam,
    rds,
    route53,
    s3,
    s3_buckets,
    secrets,
    sns,
    sqs,
    swf,
    swf_decisions,
    watching,
)  # isort: skip

TITLES = {
    "s3": "S3",
    "sqs": "SQS",
    "sns": "SNS",
    "swf": "SWF",
    "cloudformation": "CloudFormation",
    "ec2": "EC2",
    "rds": "RDS",
    "iam": "IAM",
    "sts": "STS",
    "secretsmanager": "Secrets Manager",
    "ssm": "Systems Manager",
    "route53": "Route 53",
    "logs": "CloudWatch Logs",
    "cloudwatch": "CloudWatch",
    "elbv2": "Elastic Load Balancing",
    "cloudfront": "CloudFront",
    "elasticache": "ElastiCache",
    AWS_CLI: "The AWS command line",
}

__all__ = [
    "CHECKS",
    "TITLES",
    "cloudformation",
    "cloudformation_changes",
    "command_line",
    "ec2",
    "ec2_machines",
    "edges",
    "iam",
    "rds",
    "route53",
    "s3",
    "s3_buckets",
    "secrets",
    "sns",
    "sqs",
    "swf",
    "swf_decisions",
    "watching",
]

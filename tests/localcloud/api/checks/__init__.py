"""Every check, in the order of the page: a file a service, or a few that belong together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.localcloud.api.check import AWS_CLI, DECLARED

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

for _file in sorted(Path(__file__).parent.glob("*.py")):
    if _file.stem != "__init__":
        import_module(f"{__name__}.{_file.stem}")

CHECKS = sorted(DECLARED, key=lambda each: list(TITLES).index(each.service))

"""A project's template, and the way back: from a resource in it to the line of the project file that asked for it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

from builder import projects
from builder.projects import Project, Projects
from builder.projects.show import template
from builder.projects.source import Mapping, Node
from cloudformation.logical import SECRET

# The key that a resource comes from, by what its type starts with; the first that fits and is written down.
KEYS = (
    ("AWS::RDS::", "aws.rds"),
    ("AWS::SecretsManager::", "aws.rds"),
    ("AWS::S3::", "aws.s3"),
    ("AWS::SQS::", "aws.sqs"),
    ("AWS::IAM::", "aws.access"),
    ("AWS::Route53::", "subdomain"),
    ("AWS::EC2::Volume", "aws.ext"),
    ("AWS::EC2::SecurityGroup", "aws.ports"),
    ("AWS::EC2::Instance", "aws.type"),
)


@dataclass(frozen=True)
class Rendered:
    """A project for one instance id, and its template as JSON `text`."""

    project: Project
    text: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the template's parameters that have no default."""
        declared = json.loads(self.text).get("Parameters", {})
        return tuple(name for name, said in declared.items() if "Default" not in said)

    def origin(self, logical_id: str, kind: str) -> str:
        """Where a resource comes from: `projects/elife.yaml:31 (elife-lax.aws.rds)`."""
        layers = known().layers(self.project.name)
        merged: Node = layers.merged(self.project.instance_id)
        path = next((path for start, path in KEYS if kind.startswith(start)), "")
        if kind.startswith("AWS::SecretsManager::") and logical_id != SECRET:
            path = "aws.secrets"
        for key in path.split("."):
            if not isinstance(merged, Mapping) or key not in merged.entries:
                break
            merged = merged.entries[key]
        if isinstance(merged, Mapping) and path in ("aws.s3", "aws.sqs", "aws.secrets"):  # the very one, by its name
            plain = _letters(logical_id)
            merged = next((node for key, node in merged.entries.items() if _letters(key) in plain), merged)
        return f"{merged.origin} ({merged.origin.key})"


@cache
def known() -> Projects:
    """The projects, read once a command; UsageError naming every mistake in the project files."""
    return projects.load()


def render(project: str, instance_id: str) -> Rendered:
    """The template of a project for an instance id; UsageError naming every mistake in the project files."""
    found = known().project(project, instance_id)
    return Rendered(found, template(found))


def text(project: str, instance_id: str, as_yaml: bool = False) -> str:
    """The template as JSON or, for people, YAML."""
    made = render(project, instance_id).text
    if not as_yaml:
        return made.rstrip("\n")
    import cfn_flip

    return str(cfn_flip.to_yaml(made, clean_up=True)).rstrip("\n")


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

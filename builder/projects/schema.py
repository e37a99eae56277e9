"""What may be written about a project in projects/*.yaml, and what becomes of it: a Project.

The `aws` section's keys are described where templates are made: cloudformation/description.py."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, ClassVar

from builder import names
from cloudformation.description import Aws, Names
from cloudformation.limits import Doc, Shaped

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
ProjectName = Annotated[str, Shaped(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "a project name such as elife-bot")]


@dataclass(frozen=True, kw_only=True)
class Repo:
    """Where the project's code is: a folder of this repository, or a git URL (and a folder in it)."""

    short_form: ClassVar[str] = "path"

    path: Annotated[
        str | None, Shaped(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]*", "a folder such as bot"), Doc("its folder")
    ] = None
    url: Annotated[
        str | None,
        Shaped(
            r"(https://(?![^/]*@)|ssh://|git@|file:///)[^\s\x00-\x1f-][^\s\x00-\x1f]*",
            "a git URL such as https://example.org/elife-lax.git, without credentials in it",
        ),
        Doc("git URL. Default: this repository"),
    ] = None
    branch: Annotated[
        str,
        Shaped(r"[^\s\x00-\x1f~^:?*\[\\-][^\s\x00-\x1f~^:?*\[\\]*", "a branch name"),
        Doc("branch used where none is given"),
    ] = "main"


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of a project (and of `defaults`)."""

    description: Annotated[
        str, Shaped(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*", "one line of text"), Doc("what it is, in one line")
    ]
    subdomain: Annotated[
        str | None,
        Shaped(rf"{_LABEL}(\.{_LABEL})*", "a subdomain such as lax"),
        Doc("instances are reached at <instance id>.<subdomain>.<domain>"),
    ] = None
    domain: Annotated[
        str, Shaped(rf"{_LABEL}(\.{_LABEL})+", "a domain such as elifesciences.org"), Doc("Route53's hosted zone")
    ] = "elifesciences.org"
    repo: Annotated[Repo | None, Doc("where the code is, for projects that have some")] = None
    masterless: Annotated[bool, Doc("machines converge by themselves; false: as minions of master-server")] = True
    aws: Annotated[Aws, Doc("what the stack consists of")] = field(default_factory=Aws)


@dataclass(frozen=True, kw_only=True)
class Project(Keys):
    """A project as it is for one instance id: defaults, the project and its alternative merged."""

    name: str
    instance_id: str

    @property
    def stack(self) -> str:
        """`elife-bot-continuum-test`."""
        return names.stack(self.name, self.instance_id)

    @property
    def host(self) -> str | None:
        """Public host name; None where the project has no subdomain."""
        return names.host(self.instance_id, self.subdomain, self.domain)

    @property
    def prefix(self) -> str:
        """First part of the names of the environment's buckets and queues; '' for none."""
        return names.prefix(self.instance_id, self.aws.prefix)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Minion ids, one a machine."""
        return names.nodes(self.stack, self.aws.cluster_size)

    @property
    def names(self) -> Names:
        """Every name that the template needs. UsageError where one gets longer than AWS allows."""
        access = self.aws.access
        buckets = {*self.aws.s3, *access.s3.read, *access.s3.write}
        queues = {*self.aws.sqs, *access.sqs.receive, *access.sqs.send}
        return Names(
            stack=self.stack,
            project=self.name,
            nodes=self.nodes,
            host=self.host,
            zone=self.domain,
            swf_domain=names.swf_domain(self.prefix),
            buckets={name: names.bucket(self.prefix, name) for name in sorted(buckets)},
            queues={name: names.queue(self.prefix, name) for name in sorted(queues)},
            secrets={each: self._secret_of(*each.split("/")) for each in access.secrets},
        )

    def _secret_of(self, project: str, name: str) -> str:
        """A secret of another project's instance of the same id."""
        return names.secret(names.stack(project, self.instance_id), name)

    def as_data(self) -> dict[str, Any]:
        """Plain data for the template's Metadata, which the machines read as `project.…`."""
        written = {key: value for key, value in asdict(self).items() if key != "instance_id"}
        derived = {
            "instance": self.instance_id,
            "prefix": self.prefix,
            "host": self.host,
            "swf_domain": names.swf_domain(self.prefix),
        }
        return dict(_without_nones(written | derived))


def _without_nones(value: Any) -> Any:
    """CloudFormation refuses a template with a null in it, in its Metadata too."""
    if isinstance(value, dict):
        return {str(key): _without_nones(each) for key, each in value.items() if each is not None}
    return value

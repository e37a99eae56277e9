"""What a project asks of AWS: the typed description that a template is made from, and the schema of `aws:` in
projects/*.yaml. A key there is the field's name with hyphens; its type, limits and meaning stand here, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from cloudformation.limits import Between, Checked, Doc, Shaped, network_mistake

EVERYWHERE = "0.0.0.0/0"
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

Network = Annotated[str, Checked(network_mistake)]
PortNumber = Annotated[int, Between(1, 65535)]
BaseName = Annotated[
    str, Shaped(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", "a name of 3 to 63 small letters, digits and single hyphens")
]
StackDeletion = Literal["Delete", "Retain", "Snapshot"]


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port that the machines' security group opens."""

    short_form: ClassVar[str] = "guest"

    guest: Annotated[PortNumber, Doc("port on the machine, which the security group opens")]
    cidr_ip: Annotated[
        Network | None,
        Doc("network that may connect. Default: everywhere, but for port 22 the networks of `ssh-from`"),
    ] = None
    protocol: Annotated[Literal["tcp", "udp"], Doc("tcp or udp")] = "tcp"


@dataclass(frozen=True, kw_only=True)
class RootDisk:
    """The disk a machine starts from: gp3, encrypted, deleted with the machine."""

    short_form: ClassVar[str] = "size"

    size: Annotated[int, Between(8, 16384), Doc("GiB")] = 20


@dataclass(frozen=True, kw_only=True)
class ExtVolume:
    """A further disk for each machine: gp3, encrypted, outlives its machine's replacement."""

    short_form: ClassVar[str] = "size"

    size: Annotated[int, Between(1, 16384), Doc("GiB")]
    device: Annotated[str, Shaped(r"/dev/(sd[f-p]|xvd[f-p])", "a device such as /dev/sdh"), Doc("device name")] = (
        "/dev/sdh"
    )
    deletion_policy: Annotated[StackDeletion, Doc("what becomes of it when the stack is deleted")] = "Snapshot"


@dataclass(frozen=True, kw_only=True)
class Database:
    """A PostgreSQL database by RDS: encrypted, reached only by the stack's own machines, its password generated."""

    engine: Annotated[Literal["postgres"], Doc("postgres")] = "postgres"
    version: Annotated[str, Shaped(r"\d+(\.\d+)?", "a PostgreSQL version such as 15 or 15.10"), Doc("version")] = "15"
    type: Annotated[
        str, Shaped(r"db\.[a-z0-9]+\.[a-z0-9]+", "an RDS instance class such as db.t3.micro"), Doc("instance class")
    ] = "db.t3.micro"
    storage: Annotated[int, Between(20, 65536), Doc("GiB")] = 20
    name: Annotated[
        str | None,
        Shaped(r"[a-z][a-z0-9_]{0,62}", "a database name such as elife_lax"),
        Doc("database's name. Default: the project's, with _ for -"),
    ] = None
    username: Annotated[
        str, Shaped(r"(?!postgres$|rdsadmin$)[a-z][a-z0-9_]{0,62}", "a user name that RDS allows"), Doc("owner")
    ] = "elife"
    multi_az: Annotated[bool, Doc("a standby in a second zone")] = False
    backup_retention: Annotated[int, Between(0, 35), Doc("days for which daily backups are kept")] = 7
    deletion_policy: Annotated[
        StackDeletion, Doc("what becomes of it when the stack is deleted or the database replaced")
    ] = "Snapshot"


@dataclass(frozen=True, kw_only=True)
class Notification:
    """Messages to a queue about what happens in a bucket."""

    queue: Annotated[BaseName, Doc("queue of this project (a key of `sqs`)")]
    event: Annotated[
        str, Shaped(r"s3:[A-Za-z]+:(\*|[A-Za-z]+)", "an S3 event such as s3:ObjectCreated:*"), Doc("S3 event")
    ] = "s3:ObjectCreated:*"
    prefix: Annotated[str | None, Doc("only keys that start so")] = None
    suffix: Annotated[str | None, Doc("only keys that end so")] = None


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """An S3 bucket `<prefix>-<key>`: encrypted, closed to the public unless it is `public`, TLS only."""

    notify: Annotated[tuple[Notification, ...], Doc("queues that hear of new objects")] = ()
    public: Annotated[bool, Doc("anybody may get an object whose key he knows; nobody may list them")] = False
    versioning: Annotated[bool, Doc("keep what is overwritten or deleted")] = False
    deletion_policy: Annotated[
        Literal["Delete", "Retain"], Doc("Delete: the stack's deletion deletes it, and fails while it has content")
    ] = "Delete"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """An SQS queue `<prefix>-<key>`: encrypted, TLS only, with a dead-letter queue
    `<prefix>-<key>-dead`."""

    visibility_timeout: Annotated[int, Between(0, 43200), Doc("seconds a received message stays hidden")] = 300
    retention: Annotated[int, Between(1, 14), Doc("days that a message is kept")] = 14
    max_receives: Annotated[int, Between(0, 1000), Doc("receives after which a message is a dead letter; 0: never")] = (
        10
    )


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A generated password in Secrets Manager: the secret `<stack>/<key>`, JSON with username and password."""

    short_form: ClassVar[str] = "username"

    username: Annotated[
        str, Shaped(r"[a-z][a-z0-9-]{0,31}", "a user name such as elife-bot"), Doc("name that goes with the password")
    ]


@dataclass(frozen=True, kw_only=True)
class BucketAccess:
    """Which buckets the machines may use; names without the environment's prefix."""

    read: Annotated[tuple[BaseName, ...], Doc("list, and get objects")] = ()
    write: Annotated[tuple[BaseName, ...], Doc("list, get, put and delete objects")] = ()


@dataclass(frozen=True, kw_only=True)
class QueueAccess:
    """Which queues the machines may use; names without the environment's prefix."""

    receive: Annotated[tuple[BaseName, ...], Doc("receive and delete messages")] = ()
    send: Annotated[tuple[BaseName, ...], Doc("send messages")] = ()


@dataclass(frozen=True, kw_only=True)
class Access:
    """What the machines' role may do, besides fetching their own Salt tree, code and secrets."""

    s3: Annotated[BucketAccess, Doc("buckets")] = field(default_factory=BucketAccess)
    sqs: Annotated[QueueAccess, Doc("queues")] = field(default_factory=QueueAccess)
    swf: Annotated[bool, Doc("the environment's SWF domain: register, decide, work, start workflows")] = False
    secrets: Annotated[
        tuple[Annotated[str, Shaped(r"[a-z][a-z0-9-]*/[a-z0-9-]+", "a project's secret such as elife-lax/api")], ...],
        Doc("read secrets of other projects' instances of the same id, each as `<project>/<secret>`"),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What the project's stack consists of."""

    prefix: Annotated[
        str | None,
        Shaped(r"([a-z0-9]+(-[a-z0-9]+)*)?", "a prefix such as ct"),
        Doc("first part of the names of buckets, queues and SWF domain. Default: the instance id; '' (none) for prod"),
    ] = None
    type: Annotated[
        str, Shaped(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type such as t3.small"), Doc("EC2 instance type")
    ] = "t3.small"
    cluster_size: Annotated[int, Between(1, 50), Doc("number of machines")] = 1
    ports: Annotated[Mapping[PortNumber, Port], Doc("ports to open: `80: 80` or `22: {guest: 22, cidr-ip: …}`")] = (
        field(default_factory=dict)
    )
    ssh_from: Annotated[tuple[Network, ...], Doc("networks from which `22: 22` lets ssh in")] = PRIVATE_NETWORKS
    root: Annotated[RootDisk, Doc("the machines' first disk")] = field(default_factory=RootDisk)
    ext: Annotated[ExtVolume | None, Doc("a further disk for each machine")] = None
    rds: Annotated[Database | None, Doc("a database")] = None
    s3: Annotated[Mapping[BaseName, Bucket], Doc("buckets, by name without prefix")] = field(default_factory=dict)
    sqs: Annotated[Mapping[BaseName, Queue], Doc("queues, by name without prefix")] = field(default_factory=dict)
    secrets: Annotated[
        Mapping[BaseName, Secret],
        Doc("generated passwords, each the secret `<stack>/<name>` (JSON: username, password); output `<Name>Secret`"),
    ] = field(default_factory=dict)
    access: Annotated[Access, Doc("what the machines' role may use")] = field(default_factory=Access)
    vpc_id: Annotated[
        str | None, Shaped(r"vpc-[0-9a-f]+", "a VPC id such as vpc-0a1b2c3d"), Doc("VPC. Default: the default one")
    ] = None
    subnet_ids: Annotated[
        tuple[Annotated[str, Shaped(r"subnet-[0-9a-f]+", "a subnet id such as subnet-0a1b2c3d")], ...],
        Doc("subnets of the VPC; machines are spread over them. Default: all, with the machines in the first"),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What an environment's machines share: the schema of projects/environment.yaml."""

    s3: Annotated[Mapping[BaseName, Bucket], Doc("buckets, by name without prefix")]
    sqs: Annotated[Mapping[BaseName, Queue], Doc("queues, by name without prefix")]


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a stack and the things in it are called. Made by builder's rules; templates only use them."""

    stack: str
    project: str
    nodes: tuple[str, ...]  # one a machine: Name tag and Salt minion id
    host: str | None  # public host name; None where the project has no subdomain
    zone: str  # hosted zone that the host name is in, without the last dot
    swf_domain: str
    buckets: Mapping[str, str]  # name without prefix -> whole name
    queues: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)  # as `elife-lax/api` -> `elife-lax-ct/api`

"""Which cloud is talked to, and the clients to do it: `BLDR_CLOUD=local` (the default) or `aws`.

The local cloud is started by the first client that is asked for. Its clients carry its endpoint and credentials
explicitly: nothing of the user's own ~/.aws is read, and nothing can reach a real account by mistake.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from builder import ask
from builder.errors import BuilderError, Failure, UsageError
from builder.home import home

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
STATUS = "/-/status"  # where the daemon tells of itself
REASONS = {
    "ExpiredToken": "The credentials have expired: get new ones, then give the same command again.",
    "InvalidClientTokenId": "The credentials are not known to AWS: check AWS_PROFILE or AWS_ACCESS_KEY_ID.",
    "AccessDenied": "These credentials may not do that: use others, or have the right added.",
    "UnauthorizedOperation": "These credentials may not do that: use others, or have the right added.",
}
ACTIONS = ("status", "env", "stop", "reset", "logs")


@dataclass(frozen=True)
class Endpoint:
    """Where the local cloud answers, as its daemon says in $BLDR_HOME/endpoint.json."""

    url: str
    access_key: str
    secret_key: str
    region: str

    @classmethod
    def read(cls) -> Endpoint:
        path = home() / "endpoint.json"
        try:
            said = json.loads(path.read_text())
            return cls(said["endpoint"], said["access_key"], said["secret_key"], said["region"])
        except (OSError, ValueError, KeyError) as error:
            raise Failure(
                f"{path}: not what the local cloud should have written ({error}). ./bldr cloud logs may tell why."
            ) from None


def is_local() -> bool:
    """True for the local cloud, False for AWS."""
    chosen = os.environ.get("BLDR_CLOUD") or "local"
    if chosen not in ("local", "aws"):
        raise UsageError(f"BLDR_CLOUD is {chosen!r}: it can be local (the default) or aws")
    return chosen == "local"


def client(service: str) -> Any:
    """A boto3 client of the chosen cloud, the same one each time. UsageError when AWS credentials are missing."""
    return _client(service, is_local())


@cache
def _client(service: str, local: bool) -> Any:
    from botocore.config import Config

    given: dict[str, Any] = {"retries": {"mode": "standard", "max_attempts": 5}, "connect_timeout": 10}
    if not local:
        return _aws().create_client(service, config=Config(**given))
    end = _endpoint()
    return _nobody().create_client(
        service,
        region_name=end.region,
        endpoint_url=end.url,
        aws_access_key_id=end.access_key,
        aws_secret_access_key=end.secret_key,
        # The endpoint serves all buckets under its own name, and is never reached through a proxy.
        config=Config(**given, s3={"addressing_style": "path"}, proxies={}),
    )


# botocore's sessions are what boto3's clients are made by; boto3's own would cost each command another 50 ms.
@cache
def _nobody() -> Any:
    """A session that reads nothing of the user's ~/.aws, nor a profile from the environment."""
    from botocore.session import Session

    nothing = (None, None, os.devnull, None)
    files = {"config_file": nothing, "credentials_file": nothing, "profile": (None, None, None, None)}
    return Session(session_vars=files)


@cache
def _aws() -> Any:
    """The session of AWS's own tools: environment, ~/.aws, instance role."""
    from botocore.exceptions import ProfileNotFound
    from botocore.session import Session

    session: Any = Session()
    try:
        credentials = session.get_credentials()
    except ProfileNotFound as error:
        raise UsageError(f"BLDR_CLOUD=aws: {error}", "AWS_PROFILE names a profile of ~/.aws/config.") from None
    if credentials is None:
        raise UsageError(
            "BLDR_CLOUD=aws, but there are no AWS credentials",
            "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`. "
            "Without BLDR_CLOUD the local cloud is used, which needs none.",
        )
    if not session.get_config_variable("region"):
        session.set_config_variable("region", REGION)
    return session


@cache
def _endpoint() -> Endpoint:
    start()
    return Endpoint.read()


def start() -> None:
    """Start the local cloud unless it answers. The first time it builds its machines' image, which takes minutes."""
    if _status() is None and _localcloud("start", as_root=True) != 0:
        raise Failure("the local cloud did not start: what is in the way is said above")


def manage(action: str, yes: bool = False) -> int:
    """What `./bldr cloud ACTION` does; its exit code."""
    if action not in ACTIONS:
        raise UsageError(f"cloud can {', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}, not {action!r}")
    if not is_local():
        raise UsageError("BLDR_CLOUD=aws: the command `cloud` is about the local cloud only")
    if action == "status":
        print(_told_status())
        return 0
    if action == "env":
        print(_environment(_endpoint()))
        return 0
    if action == "reset" and not ask.confirm(f"Delete the local cloud in {home()}, with all in it?", yes):
        print("Nothing was deleted.", file=sys.stderr)
        return 0
    code = _localcloud(action, as_root=action in ("stop", "reset"))
    if action == "reset" and code == 0:
        _clear()
    return code


def _clear() -> None:
    """Remove what commands kept beside the cloud that is no more; the folder too, unless the user has more in it."""
    folder = home()
    for kept in ("keys", "hosts", "mirrors"):
        shutil.rmtree(folder / kept, ignore_errors=True)
    (folder / "answers.json").unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _localcloud(action: str, as_root: bool) -> int:
    command = [sys.executable, "-E", "-m", "localcloud", "--home", str(home()), action]
    if as_root and os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise UsageError(
                "the local cloud needs root, for its machines and network: this is not root, and there is no sudo",
                "Run the same command as root, or install sudo.",
            )
        command = ["sudo", "--preserve-env=BLDR_CACHE,BLDR_PORT", "--", *command]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _status() -> dict[str, Any] | None:
    """What this very cloud's daemon says of itself; None when it does not answer, or another cloud's does."""
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    try:
        where = urlsplit(json.loads((home() / "endpoint.json").read_text())["endpoint"])
        connection = HTTPConnection(where.hostname or "", where.port, timeout=5)
        connection.request("GET", STATUS)
        said: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, ValueError, KeyError, HTTPException):
        return None
    return said if said.get("home") == str(home()) else None


def _told_status() -> str:
    said = _status()
    if said is None:
        return f"The local cloud in {home()} does not run. The first command that needs it starts it."
    instances = [f"{count} {state}" for state, count in sorted(said["instances"].items())]
    facts = {
        "endpoint": said["endpoint"],
        "network": f"{said['network']} on bridge {said['bridge']}",
        "machines": ", ".join(instances) or "none",
        "databases": str(said["databases"]),
        "memory": f"{said['memory'] >> 20} MB (the daemon, process {said['pid']})",
        "image": said["image"],
        "since": said["started"],
        "folder": said["home"],
    }
    return "\n".join(["The local cloud runs.", *(f"  {name:10} {value}" for name, value in facts.items())])


def _environment(end: Endpoint) -> str:
    """Lines for a shell, after which any AWS client talks to the local cloud and to no other."""
    given = {
        "AWS_ENDPOINT_URL": end.url,
        "AWS_ACCESS_KEY_ID": end.access_key,
        "AWS_SECRET_ACCESS_KEY": end.secret_key,
        "AWS_DEFAULT_REGION": end.region,  # read by Python's clients
        "AWS_REGION": end.region,  # and by all others
    }
    # what would be sent along with, or read instead of, the values above
    unset = "unset AWS_PROFILE AWS_SESSION_TOKEN"
    return "\n".join([unset, *(f"export {name}={shlex.quote(value)}" for name, value in given.items())])


def account() -> str:
    """The account's number."""
    return str(client("sts").get_caller_identity()["Account"])


def region() -> str:
    """The region that is worked in."""
    return str(client("cloudformation").meta.region_name)


def builder_bucket() -> str:
    """The bucket of this account and region that trees, code and histories are kept in."""
    return f"continuum-builder-{account()}-{region()}"


def as_told(error: Exception) -> BuilderError | None:
    """An error of the cloud's own as the user should read it; None for any other."""
    from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

    if isinstance(error, ClientError):
        code = error.response["Error"].get("Code", "")
        said = f"{error.operation_name}: {error.response['Error'].get('Message') or 'no reason given'} ({code})"
        return Failure(f"{'the local cloud' if is_local() else 'AWS'} refuses {said}", REASONS.get(code))
    if isinstance(error, EndpointConnectionError) and is_local():
        return Failure("the local cloud stopped answering", "./bldr cloud logs tells why; the next command starts it.")
    return Failure(f"{error}") if isinstance(error, BotoCoreError) else None

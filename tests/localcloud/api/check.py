"""What a check of the API is: calls by clients that we did not write, their answers read back, what differs told."""

from __future__ import annotations

import json
import os
import subprocess
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).parents[3]
AWS_CLI = "aws"  # the `service` of checks that run the AWS command line


class At:
    """One check's way to the cloud. Remembers which actions it called, and how they differ from AWS."""

    def __init__(self, home: Path, name: str, session: botocore.session.Session) -> None:
        self.home = home
        self.called: set[str] = set()
        self.differences: list[str] = []
        self._name = name.replace("_", "-")
        self._session = session

    def __call__(self, service: str, **more: Any) -> Any:
        """botocore's client of a service, as the cloud's operator; `more` as `create_client` takes it."""
        given: dict[str, Any] = {
            "endpoint_url": self._facts["endpoint"],
            "region_name": self._facts["region"],
            "aws_access_key_id": self._facts["access_key"],
            "aws_secret_access_key": self._facts["secret_key"],
            "config": Config(retries={"total_max_attempts": 1}, read_timeout=90, max_pool_connections=60),
        }
        client: Any = self._session.create_client(service, **{**given, **more})
        client.meta.events.register("before-call", lambda model, **_: self.called.add(f"{service}.{model.name}"))
        return client

    def as_role(self, service: str, arn: str) -> Any:
        """A client with a role's temporary credentials."""
        given = self("sts").assume_role(RoleArn=arn, RoleSessionName="check")["Credentials"]
        return self(
            service,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def name(self, word: str = "") -> str:
        """A name that no other check uses: small letters, digits and dashes."""
        return f"api-{self._name}-{word}".rstrip("-")

    def differs(self, text: str, seen: object, *, here: object, aws: object) -> None:
        """Tell a difference where it is seen; nothing where the answer is AWS's; anything else is a failure."""
        assert seen in (aws, here), f"{seen!r} is neither AWS's {aws!r} nor {here!r}: {text}"
        if seen != aws:
            self.differences.append(text)

    def aws(self, *words: str, folder: Path | None = None, code: int = 0) -> str:
        """Run PyPI's awscli as a user would, in a shell that has read `./bldr cloud env`; what it printed."""
        # awscli 1 asks AWS itself for these, whatever AWS_ENDPOINT_URL says (aws-cli's issue 8737)
        where = ("--endpoint-url", self._facts["endpoint"]) if words[0] in ("sqs", "rds") else ()
        done = subprocess.run(
            [str(ROOT / ".venv/bin/aws"), *words, *where],
            env=self._environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"aws {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        self.called.add(f"{AWS_CLI}.{words[0]} {words[1]}")
        return (done.stdout + done.stderr).strip()

    def aws_json(self, *words: str) -> Any:
        return json.loads(self.aws(*words, "--output", "json"))

    @cached_property
    def _facts(self) -> dict[str, str]:
        return dict(json.loads((self.home / "endpoint.json").read_text()))

    @cached_property
    def _environment(self) -> dict[str, str]:
        """A user's environment, with a profile in it that must not be heeded, after eval "$(./bldr cloud env)"."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BLDR_"))}
        given = {**kept, "BLDR_HOME": str(self.home), "AWS_PROFILE": "nobody", "AWS_SESSION_TOKEN": "old"}
        script = f'eval "$({ROOT / "bldr"} cloud env)" && env -0'
        done = subprocess.run(["sh", "-c", script], env=given, capture_output=True, text=True, timeout=60, check=True)
        found = dict(line.split("=", 1) for line in done.stdout.rstrip("\0").split("\0"))
        return {**found, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}


def refused(call: Any, **given: Any) -> str:
    """The code of the error that a call ends in; "" where it goes through."""
    try:
        call(**given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def eventually(check: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer of `check`, asked again and again; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer


@dataclass(frozen=True)
class Check:
    """One row of the page: what is asked, by which actions of which service."""

    service: str  # boto3's name of it
    actions: tuple[str, ...]
    run: Callable[[At], None]

    @property
    def name(self) -> str:
        return f"{self.service}-{self.run.__name__}"

    @property
    def what(self) -> str:
        return (self.run.__doc__ or "").strip().split("\n")[0].rstrip(".")


@dataclass(frozen=True)
class Found:
    """What a check has found out. `failure` is a traceback, "" where the answers were what they must be."""

    check: Check
    called: frozenset[str]  # as s3.PutObject
    differences: tuple[str, ...]
    failure: str


DECLARED: list[Check] = []


def check(service: str, *actions: str) -> Callable[[Callable[[At], None]], Callable[[At], None]]:
    """Make a function a check. Its docstring is its row's text; every action that is named must be called by it."""

    def declare(run: Callable[[At], None]) -> Callable[[At], None]:
        DECLARED.append(Check(service, tuple(word for each in actions for word in _words(service, each)), run))
        return run

    return declare


def _words(service: str, actions: str) -> list[str]:
    return [actions] if service == AWS_CLI else actions.split()


def run_all(checks: Sequence[Check], home: Path) -> list[Found]:
    """Run checks on the cloud of that home, a few at once; in the order given."""
    session = botocore.session.Session()
    with ThreadPoolExecutor(4) as at_once:
        slowest_first = sorted(checks, key=lambda each: each.service != AWS_CLI)
        begun = {each: at_once.submit(run, each, At(home, each.name, session)) for each in slowest_first}
    return [begun[each].result() for each in checks]


def run(check: Check, at: At) -> Found:
    failure = ""
    try:
        check.run(at)
        missing = {f"{check.service}.{action}" for action in check.actions} - at.called
        assert not missing, f"named and not called: {', '.join(sorted(missing))}"
    except Exception:  # noqa: BLE001  what a check runs into is its result
        failure = traceback.format_exc()
    return Found(check, frozenset(at.called), tuple(at.differences), failure)

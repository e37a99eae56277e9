"""User name and password for a web application, from Secrets Manager, read by the machine's role when they are used."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from bot.activity.task import PermanentFailure, TemporaryFailure
from continuum import aws
from continuum.service import is_passing


@dataclass(frozen=True)
class Credentials:
    """For basic authentication. The password never stands in a log or a traceback."""

    username: str
    password: str = field(repr=False)


_known: dict[tuple[str, str], Credentials] = {}


def of(secret: str, region: str) -> Credentials:
    """The secret's JSON `{"username", "password"}`; asked once a process, then kept in memory.

    Raises PermanentFailure where there is no such secret, it may not be read or is something else; TemporaryFailure
    while Secrets Manager can't be reached.
    """
    known = _known.get((secret, region))
    return known if known is not None else again(secret, region)


def again(secret: str, region: str) -> Credentials:
    """The same, asked anew: for when they were refused, because somebody has changed them."""
    try:
        text = aws.secretsmanager(region).get_secret_value(SecretId=secret).get("SecretString", "")
    except (BotoCoreError, ClientError) as error:
        kind = TemporaryFailure if is_passing(error) else PermanentFailure
        raise kind(f"The secret {secret} can't be read from Secrets Manager: {error}") from error
    try:
        values = json.loads(text)
        made = Credentials(str(values["username"]), str(values["password"]))
    except (ValueError, KeyError, TypeError):  # without the cause: it quotes the secret
        message = f'The secret {secret} is not JSON with "username" and "password": correct it in Secrets Manager'
        raise PermanentFailure(message) from None
    _known[secret, region] = made
    return made

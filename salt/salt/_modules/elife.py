"""What states ask of this machine: its data (`elife.cfg`), its secrets (`elife.secret`), what it can do."""

import json
import pathlib

STACK_FILE = pathlib.Path("/var/lib/continuum/stack.json")
_NOTHING = object()


def cfg(*paths):
    """
    The first of the dotted paths that has a value in the project's data or the stack's.

    With two or more arguments the last one is the default; with one there is none, and the answer is then None.

    CLI Example:

    .. code-block:: bash

        salt-call elife.cfg cfn.outputs.RDSHost
        salt-call elife.cfg project.branch project.revision master
    """
    *paths, default = paths if len(paths) > 1 else (*paths, None)
    data = _stack()
    for path in paths:
        value = _at(data, path)
        if value is not None:
            return value
    return default


def _stack():
    if "elife.stack" not in __context__:
        try:
            __context__["elife.stack"] = json.loads(STACK_FILE.read_text())
        except FileNotFoundError:
            __context__["elife.stack"] = {}
    return __context__["elife.stack"]


def _at(data, path):
    for word in path.split("."):
        if not isinstance(data, dict) or word not in data:
            return None
        data = data[word]
    return data


def secret(name, key=None):
    """
    A secret's text, or the value under `key` where the secret is JSON, by the machine's own role.

    Kept in memory for this run only, so that it never reaches a disk or the run's report.

    name
        ARN or name of the secret in Secrets Manager

    CLI Example:

    .. code-block:: bash

        salt-call elife.secret arn:aws:secretsmanager:…:secret:elife-lax password
    """
    seen = __context__.setdefault("elife.secrets", {})
    if (name, key) not in seen:
        text = _client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        seen[name, key] = text if key is None else str(json.loads(text)[key])
    return seen[name, key]


def _client(service):
    import boto3

    return boto3.client(service, region_name=cfg("machine.region"))


def owns_clock():
    """
    Whether this machine sets its own clock; a container has its host's.

    CLI Example:

    .. code-block:: bash

        salt-call elife.owns_clock
    """
    return not pathlib.Path("/run/systemd/container").exists()

"""States of the applications' parts: their code at a revision, their virtualenv, their processes."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from continuum_highstate import aws, code, pins

Answer = dict[str, Any]
RAN = Path("/var/lib/continuum/ran")  # for each command of `ran`: what its files were when it succeeded
__opts__: dict[str, Any]  # Salt puts its settings here


def _answer(name: str, changes: Answer, comment: str, result: bool | None = True, test: bool = False) -> Answer:
    if test and changes and result:
        result = None
    return {"name": name, "changes": changes, "result": result, "comment": comment}


def code_at(name: str, project: str, revision: str, bucket: str, region: str, excluded: Sequence[str] = ()) -> Answer:
    """
    The project's code at a revision, from the builder's bucket, in the folder `name`.

    Files that were edited or removed on the machine are put back; files that the revision no longer has go;
    everything else in the folder (logs, settings, a virtualenv) stays.

    excluded
        files of the code that Salt writes itself, such as settings.py
    """
    test = __opts__["test"]  # noqa: F821
    if not revision:
        reason = f"no revision of {project} is deployed on this stack: ./bldr deploy {project} BRANCH"
        return _answer(name, {}, reason, result=False)
    release = code.Release(project, revision, frozenset(excluded))
    try:
        changes = code.ensure(Path(name), release, lambda: _fetch(release, bucket, region), test)
    except code.CodeError as error:
        return _answer(name, {}, str(error), result=False)
    return _answer(name, changes, f"{project} at {revision[:10]}", test=test)


def _fetch(release: code.Release, bucket: str, region: str) -> bytes:
    import botocore.exceptions

    try:
        return bytes(aws.client("s3", region).get_object(Bucket=bucket, Key=release.key)["Body"].read())
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise code.CodeError(f"s3://{bucket}/{release.key}: {error}. ./bldr deploy puts it there") from error


def virtualenv(name: str, requirements: str) -> Answer:
    """
    A virtualenv with exactly what a requirements.txt (pinned, with hashes) names.

    requirements
        that file, on the machine
    """
    test = __opts__["test"]  # noqa: F821
    folder, file = Path(name), Path(requirements)
    if not file.exists():
        return _answer(name, {}, f"{requirements} is not there (yet)", result=None if test else False)
    wrong = pins.wrong(file.read_text(), folder)
    changes: Answer = {package: {"old": there, "new": wanted} for package, (there, wanted) in wrong.items()}
    made = not (folder / "bin/pip").exists()
    if made:
        changes = {name: {"old": "", "new": "made"}} | changes
    if test or not changes:
        return _answer(name, changes, f"as in {requirements}", test=test)
    commands = [["/usr/bin/python3", "-m", "venv", "--clear", name]] if made else []
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-cache-dir", "--require-hashes"]
    commands.append([f"{name}/bin/pip", "install", *options, "-r", requirements])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return _answer(name, {}, f"{' '.join(command[:3])}: {done.stderr.strip()[-1500:]}", result=False)
    return _answer(name, changes, f"as in {requirements}")


def ran(name: str, cwd: str, files: Sequence[str]) -> Answer:
    """
    The command `name` has run in `cwd`, and succeeded, since these files of it last changed.

    (cmd.run with `unless` would say the same, half a second later.)
    """
    folder = Path(cwd)
    state = "\n".join(f"{file} {code.digest(folder / file)}" for file in files)
    stamp = RAN / hashlib.sha256(f"{cwd}\0{name}".encode()).hexdigest()[:16]
    if stamp.exists() and stamp.read_text() == state:
        return _answer(name, {}, f"has run for {', '.join(files)} as they are")
    changes: Answer = {"command": {"old": "", "new": "ran"}}
    if __opts__["test"]:  # noqa: F821
        return _answer(name, changes, "would run", test=True)
    done = subprocess.run(name, shell=True, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-1500:]
        return _answer(name, {}, f"exit code {done.returncode}: {said}", result=False)
    RAN.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state)
    return _answer(name, changes, "ran")


def instances(name: str, count: int) -> Answer:
    """
    Exactly `count` running, enabled instances of the systemd template unit `name`: name@1 … name@count.

    Restarts them all where a watched state has changed.
    """
    return _instances(name, count, restart=False)


def mod_watch(name: str, count: int, **_: object) -> Answer:
    """
    What `instances` does where something that it watches has changed, and it was itself as it should be.
    """
    return _instances(name, count, restart=True)


def _instances(name: str, count: int, restart: bool) -> Answer:
    wanted = [f"{name}@{number}.service" for number in range(1, count + 1)]
    units = _units(name, wanted)
    surplus = [unit for unit in units if unit not in wanted]
    missing = [unit for unit in wanted if units[unit] != "active, enabled"]
    others = [unit for unit in wanted if unit not in missing] if restart or missing else []
    changes = {unit: {"old": units[unit], "new": "stopped"} for unit in surplus}
    changes |= {unit: {"old": units[unit], "new": "active, enabled"} for unit in missing}
    changes |= {unit: {"old": "running", "new": "restarted"} for unit in others}
    if __opts__["test"]:  # noqa: F821
        return _answer(name, changes, f"{count} of {name}", test=True)
    # Salt does not ask for a restart where `instances` itself had something to change: the others are then restarted
    # too, for their code may be old. Restarts are not waited for: a worker finishes its activity first.
    verbs = (("disable", "--now", surplus), ("enable", "--now", missing), ("restart", "--no-block", others))
    for verb, option, chosen in verbs:
        if chosen and (done := _systemctl(verb, option, *chosen)).returncode:
            return _answer(name, {}, f"systemctl {verb}: {done.stderr.strip()}", result=False)
    return _answer(name, changes, f"{count} of {name}")


def _units(name: str, wanted: Sequence[str]) -> dict[str, str]:
    """Every instance that is wanted or there: unit -> its state, such as `active, enabled`."""
    listed = _systemctl("list-units", "--plain", "--no-legend", f"{name}@*.service").stdout.splitlines()
    units = list(dict.fromkeys([*wanted, *(line.split()[0] for line in listed)]))
    shown = _systemctl("show", "--property=ActiveState,UnitFileState", *units).stdout.strip().split("\n\n")
    states = [", ".join(line.partition("=")[2] for line in sorted(block.splitlines())) for block in shown]
    return dict(zip(units, states, strict=True))


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemctl", "--quiet", *words], capture_output=True, text=True, check=False)

"""The first-boot program as a machine runs it: real bash, real files, a real S3 endpoint; only the folders it writes to
are this test's own (a mount namespace)."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from cloudformation.instance import FIRST_BOOT

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts folders of its own: needs root"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
BUCKET = "continuum-builder-123456789012-us-east-1"
KEY = "ssh-ed25519 AAAA the-stacks\n"
BOOTSTRAP = '#!/bin/bash\necho "bootstrap of $CONTINUUM_STACK in $(dirname "$0")"\n'


@pytest.fixture
def s3() -> Iterator[Any]:
    """A client of an empty S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urllib.request.urlopen(f"http://{host}:{port}/moto-api/reset", data=b"")  # moto's state is the process's
    yield boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    server.stop()


def test_it_fetches_the_tree_by_its_hash_and_runs_its_bootstrap(s3: Any, tmp_path: Path) -> None:
    sha256 = _put_tree(s3)
    log = _first_boot(s3, tmp_path)
    assert f"bootstrap of elife-web-ct in /srv/continuum/{sha256}/machine" in log


def test_the_login_user_has_the_key_before_anything_can_fail(s3: Any, tmp_path: Path) -> None:
    _put_tree(s3)
    _first_boot(s3, tmp_path)
    keys = tmp_path / "home/elife/.ssh/authorized_keys"
    assert keys.read_text() == KEY
    assert oct(keys.stat().st_mode & 0o777) == "0o600"
    assert "\nelife:" in (tmp_path / "etc/passwd").read_text()
    assert oct((tmp_path / "etc/sudoers.d/elife").stat().st_mode & 0o777) == "0o440"


def test_it_tries_again_until_the_bucket_answers(s3: Any, tmp_path: Path) -> None:
    later = threading.Timer(2, _put_tree, [s3])
    later.start()
    log = _first_boot(s3, tmp_path)
    later.join()
    assert "attempt 1: NoSuchBucket" in log
    assert "bootstrap of elife-web-ct" in log


def _put_tree(s3: Any) -> str:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("machine/bootstrap")
        member.size, member.mode = len(BOOTSTRAP), 0o755
        tar.addfile(member, io.BytesIO(BOOTSTRAP.encode()))
    sha256 = hashlib.sha256(packed.getvalue()).hexdigest()
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=f"salt/{sha256}.tar.gz", Body=packed.getvalue())
    s3.put_object(Bucket=BUCKET, Key="salt/current", Body=json.dumps({"tree": sha256}).encode())
    return sha256


def _first_boot(s3: Any, tmp_path: Path) -> str:
    """Run it in a mount namespace with /etc, /home, /opt, /srv and /var/log of its own; what it logs."""
    own = {each: tmp_path / each for each in ("etc", "home", "opt", "srv", "log")}
    subprocess.run(["cp", "-a", "/etc", own["etc"]], check=True)
    (own["etc"] / "sudoers.d").mkdir(exist_ok=True)
    for name in ("home", "opt", "srv", "log"):
        own[name].mkdir()
    (own["home"] / "admin/.ssh").mkdir(parents=True)
    (own["home"] / "admin/.ssh/authorized_keys").write_text(KEY)
    python = own["opt"] / "salt" / "bin" / "python"  # as on the local cloud's image: nothing is to be installed
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (own["opt"] / "salt/lib/python3.11/site-packages/botocore").mkdir(parents=True)
    (own["etc"] / "environment").write_text(
        f'AWS_ENDPOINT_URL="{s3.meta.endpoint_url}"\nAWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\nNOT A LINE\n'
    )
    told = f"export CONTINUUM_BUCKET={BUCKET} CONTINUUM_STACK=elife-web-ct AWS_DEFAULT_REGION=us-east-1\n"
    program = tmp_path / "user-data"
    program.write_text(f"#!/bin/bash\n{told}{FIRST_BOOT.read_text()}")
    mounts = f"""
        mount --bind {own["etc"]} /etc && mount --bind {own["home"]} /home && mount --bind {own["opt"]} /opt
        mount --bind {own["srv"]} /srv && mount --bind {own["log"]} /var/log
        exec bash {program}
    """
    subprocess.run(["unshare", "--mount", "bash", "-ec", mounts], env={"PATH": os.environ["PATH"]}, timeout=60)
    return (own["log"] / "continuum-bootstrap.log").read_text()

"""The Salt tree on its way to the machine: only what its name says, whole or not at all, the last good one kept."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from continuum_highstate import archive, tree
from continuum_highstate.machine import ConvergeError
from moto import mock_aws

BUCKET = "continuum-builder-123456789012-us-east-1"
Pack = Callable[[Mapping[str, bytes]], bytes]


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3: Any, content: bytes, sha256: str | None = None) -> str:
    name = sha256 or hashlib.sha256(content).hexdigest()
    s3.put_object(Bucket=BUCKET, Key=f"salt/{name}.tar.gz", Body=content)
    s3.put_object(Bucket=BUCKET, Key="salt/current", Body=json.dumps({"tree": name}))
    return name


def test_the_newest_tree_is_unpacked_under_its_hash(s3: Any, pack: Pack, tmp_path: Path) -> None:
    sha256 = put(s3, pack({"salt/top.sls": b"base: {}", "machine/bootstrap": b"#!/bin/sh"}))
    found = tree.newest(s3, BUCKET, tmp_path)
    assert found.path == tmp_path / sha256
    assert (found.states / "top.sls").read_text() == "base: {}"
    assert found.bootstrap.stat().st_mode & 0o100


def test_a_tree_that_is_there_is_not_fetched_again(s3: Any, pack: Pack, tmp_path: Path) -> None:
    sha256 = put(s3, pack({"salt/top.sls": b""}))
    tree.newest(s3, BUCKET, tmp_path)
    s3.delete_object(Bucket=BUCKET, Key=f"salt/{sha256}.tar.gz")
    assert tree.newest(s3, BUCKET, tmp_path).sha256 == sha256


def test_an_archive_that_is_not_what_its_name_says_is_refused(s3: Any, pack: Pack, tmp_path: Path) -> None:
    put(s3, pack({"salt/top.sls": b"evil"}), sha256="0" * 64)
    with pytest.raises(ConvergeError, match="is not what its name says"):
        tree.newest(s3, BUCKET, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc", "", "ABC", "z" * 64])
def test_a_current_tree_that_is_no_hash_is_refused(s3: Any, tmp_path: Path, name: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="salt/current", Body=json.dumps({"tree": name}))
    with pytest.raises(ConvergeError, match="no SHA-256"):
        tree.newest(s3, BUCKET, tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_a_name_that_leaves_the_folder_is_refused(pack: Pack, name: str) -> None:
    with pytest.raises(archive.ArchiveError, match="outside"):
        archive.files(pack({name: b""}))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as out:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = kind, "/etc/shadow"
        out.addfile(member)
    with pytest.raises(archive.ArchiveError, match="neither a file nor a folder"):
        archive.files(whole.getvalue())


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00 cut"])
def test_what_is_no_archive_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(archive.ArchiveError, match="no readable"):
        archive.files(content)


def test_current_moves_on_and_only_the_tree_before_it_is_kept(tmp_path: Path) -> None:
    assert tree.last_good(tmp_path) is None
    trees = [tree.Tree(name * 64, tmp_path / (name * 64)) for name in "abc"]
    for each in trees:
        each.path.mkdir()
        tree.make_current(each, tmp_path)
    assert tree.last_good(tmp_path) == trees[2]
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["b", "c", "c"]  # b…, c… and `current`

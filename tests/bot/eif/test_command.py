"""`python -m bot.eif`, in a checkout and on a machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.eif import convert
from tests.articles import make_article
from tests.installed import ROOT, unpack


def run(*arguments: str | Path, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bot.eif", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "elife-00777.xml"
    file.write_bytes(make_article(title="β-flies").xml)
    return file


def test_it_prints_the_eif(article: Path) -> None:
    done = run(article, "--version", "2", "--update", "2016-05-28T15:00:00Z", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == convert(article.read_bytes(), 2, "2016-05-28T15:00:00Z")
    assert "β-flies".encode() in done.stdout


def test_it_runs_as_installed(article: Path, tmp_path: Path) -> None:
    done = run(article, "--version", "1", folder=unpack("bot", tmp_path / "elife-bot"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["doi"] == "10.7554/eLife.00777"


def test_each_reason_has_a_line(article: Path) -> None:
    article.write_bytes(article.read_bytes().replace(b'"research-article"', b'"nonsense"').replace(b"10.7554", b"10"))
    done = run(article, "--version", "1")
    assert (done.returncode, done.stdout) == (1, b"")
    lines = done.stderr.decode().splitlines()
    assert all(line.startswith(f"{article}: ") for line in lines)
    assert [line for line in lines if "doi: is not like" in line] and [
        line for line in lines if "article-type:" in line
    ]


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "the XML is empty"), (b"<x", "not well-formed"), (b"<x/>", "not an article")]
)
def test_what_can_t_be_read(article: Path, content: bytes, reason: str) -> None:
    article.write_bytes(content)
    done = run(article, "--version", "1")
    assert (done.returncode, done.stdout) == (1, b"")
    assert reason in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.xml", "--version", "1")
    assert (done.returncode, done.stderr.decode()) == (1, f"{tmp_path / 'none.xml'}: No such file or directory\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.xml"],
        ["--version", "1"],
        ["x.xml", "--version", "0"],
        ["x.xml", "--version", "one"],
        ["x.xml", "--version", "1", "--update", "today"],
    ],
)
def test_wrong_use(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert b"usage: python -m bot.eif" in done.stderr

"""Whatever stands in a project file: it is read as it is written, or refused in words."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.projects import Project, Projects, load, template
from builder.projects.load import settings_file
from builder.projects.reference import keys, markdown
from builder.projects.schema import Keys
from cloudformation.description import Aws
from tests.builder.projects.strategies import described

PROFILE = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
KNOWN_KEYS = sorted(
    {part for each in keys() for part in each.key.split(".")} | {"defaults", "aws-alt", "a", "22", "ct"}
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(KNOWN_KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN_KEYS), inner, max_size=5),
    max_leaves=20,
)


def _load(text: str) -> Projects:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "elife.yaml").write_text(text, encoding="utf-8")
        Path(folder, "settings.yaml").write_text("project-files: [elife.yaml]\n", encoding="utf-8")
        return load(Path(folder, "settings.yaml"))


def _project(**keys: Any) -> Project:
    return _load(yaml.safe_dump({"any": keys})).project("any", "x")


def _alone(aws: dict[str, Any]) -> None:
    """Without what names other things, which have to be there."""
    aws.pop("s3", None)  # its notifications name queues
    aws.get("access", {}).pop("secrets", None)


@PROFILE
@given(described(Keys))
def test_what_is_written_is_what_is_read(written: dict[str, Any]) -> None:
    _alone(written.get("aws", {}))
    try:
        read = asdict(_project(**written))
    except UsageError as error:
        assert any(rule in error.message for rule in (" needs ", "too much like", "two zones", "AWS allows", "own: "))
        return
    for key, value in written.items():
        assert _holds(read[key.replace("-", "_")], value)


@PROFILE
@given(described(Aws))
def test_every_project_that_can_be_written_has_a_template(written: dict[str, Any]) -> None:
    _alone(written)
    try:
        project = _project(description="anything", subdomain="any", aws=written)
    except UsageError:
        return
    made = template(project)
    assert made == template(project)
    assert json.loads(made)["Metadata"]["Continuum"]["name"] == "any"


@PROFILE
@given(ANYTHING)
def test_any_other_file_is_refused_in_words(content: Any) -> None:
    try:
        _load(yaml.safe_dump(content, allow_unicode=True))
    except UsageError as error:
        assert all("elife.yaml:" in line for line in error.message.splitlines())


@given(st.text(max_size=100))
def test_any_text_at_all_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError, match=r"elife\.yaml:\d+:"):
        _load(text)


def test_a_file_nested_too_deeply_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        _load("[" * 5000 + "]" * 5000)


def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    tmp_path.joinpath("elife.yaml").write_bytes(b"\xff\xfe\x00")
    tmp_path.joinpath("settings.yaml").write_text("project-files: [elife.yaml]\n")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        load(tmp_path / "settings.yaml")


def test_another_settings_file_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("ours.yaml").write_text("ours: {description: x}\n")
    tmp_path.joinpath("mine.yaml").write_text("project-files: [ours.yaml]\n")
    monkeypatch.setenv("BLDR_SETTINGS", str(tmp_path / "mine.yaml"))
    assert settings_file() == tmp_path / "mine.yaml"
    assert list(load()) == ["ours"]


def test_every_key_has_its_line_in_the_reference() -> None:
    table = {each.key: each for each in keys()}
    assert all(each.meaning for each in table.values())
    assert table["description"].default == "required"
    assert table["aws.rds.storage"].type == "whole number, 20 to 65536"
    assert table["aws.s3.<name>.notify[].queue"].meaning == "queue of this project (a key of `sqs`)"
    assert "| `aws.root.size` | whole number, 8 to 16384 | 20 | GiB |" in markdown().splitlines()


def _holds(read: Any, written: Any) -> bool:
    if isinstance(written, dict) and isinstance(read, dict):
        keyed = {str(key).replace("_", "-"): value for key, value in read.items()}
        return all(_holds(keyed[str(key)], value) for key, value in written.items())
    if isinstance(written, list):
        return len(read) == len(written) and all(map(_holds, read, written))
    return bool(read == written)

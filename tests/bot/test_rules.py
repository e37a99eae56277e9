"""Which workflow a file starts, and what is wrong with a rules file."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import settings as checkout
from bot.provider.environment import BotSettings
from bot.workflow.rules import RULES, Rule, load
from continuum.messages.s3 import ObjectEvent
from continuum.settings import SettingsError, choose, read

SETTINGS = read(BotSettings, choose(checkout))
ZIP = ObjectEvent("ObjectCreated:Put", "2016", "dev-elife-production-final", "elife-00353-vor-v1.zip", "e", 1)


def chosen(event: ObjectEvent) -> list[str]:
    return [rule.workflow for rule in load(RULES, SETTINGS) if rule.fits(event, SETTINGS)]


@pytest.mark.parametrize("event_name", ["Put", "Post", "Copy", "CompleteMultipartUpload"])
def test_a_zip_in_the_production_bucket_is_published(event_name: str) -> None:
    assert chosen(replace(ZIP, event_name=f"ObjectCreated:{event_name}")) == ["PublishPerfectArticle"]


@pytest.mark.parametrize(
    "other",
    [
        {"bucket": "elife-production-final"},
        {"bucket": "ct-elife-production-final"},
        {"bucket": "dev-elife-publishing-cdn"},
        {"key": "elife-00353-vor-v1.zip.txt"},
        {"key": "folder/elife-00353-vor-v1.zip"},
        {"key": "a.zip\n"},
        {"event_name": "ObjectRemoved:Delete"},
        {"event_name": "ObjectRestore:Completed"},
    ],
)
def test_anything_else_is_not(other: dict[str, str]) -> None:
    assert chosen(replace(ZIP, **other)) == []  # type: ignore[arg-type]


def test_a_rule_without_an_event_is_for_what_is_created(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("- {workflow: W, bucket: production_bucket, key: '.*'}")
    assert load(file, SETTINGS) == [Rule("W", "production_bucket", ".*", "ObjectCreated:.*")]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("workflow: W", ["must be a list of rules"]),
        ("", ["must be a list of rules"]),
        ("- 'x", ["while scanning"]),
        ("- W", ["rule 1: must have a workflow, a bucket and a key"]),
        (
            "- {bucket: production_bucket, key: '['}\n- {workflow: W, bucket: x_bucket, key: '['}",
            ["rule 1: workflow is missing", "rule 2: key is no regular expression", "have no bucket x_bucket"],
        ),
        ("- {workflow: W, bucket: production_bucket, key: a, keys: b}", ["rule 1: keys is not known"]),
        ("- {workflow: 1, bucket: production_bucket, key: a}", ["workflow must be text"]),
        ("- !!python/object/apply:os.system ['true']", ["could not determine a constructor"]),
    ],
)
def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path, text: str, problems: list[str]) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(file, SETTINGS)
    assert str(caught.value).startswith(f"{file}: ")
    for problem in problems:
        assert problem in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load(tmp_path / "none.yaml", SETTINGS)

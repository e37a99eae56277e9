"""What an activity is given, and by which names."""

import importlib
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings as checkout
from bot.activity import ACTIVITIES, title
from bot.activity.task import Article, PermanentFailure, Task, Values, article_id_of, version_of
from bot.provider.environment import BotSettings
from bot.workflow import activities
from continuum.settings import choose, read

SETTINGS = read(BotSettings, choose(checkout))


def task(data: dict[str, Any], session: dict[str, Any] | None = None, run_id: str = "22MFkP") -> Task:
    return Task("workflow", run_id, Values(data), Values(session or {}), SETTINGS)


@pytest.mark.parametrize("given_as", ["00353", "353", 353, "eLife.00353", "10.7554/eLife.00353"])
def test_an_articles_id_is_read_however_it_is_written(given_as: object) -> None:
    assert article_id_of(given_as) == "00353"


@given(st.text() | st.none() | st.floats() | st.lists(st.integers()))
def test_anything_else_is_no_id(given_as: object) -> None:
    try:
        assert re.fullmatch(r"[0-9]{5,}", article_id_of(given_as))
    except PermanentFailure as failure:
        assert "is not an article's id" in str(failure)


@pytest.mark.parametrize(("given_as", "version"), [(1, 1), ("12", 12)])
def test_a_version_is_a_number_or_a_text(given_as: object, version: int) -> None:
    assert version_of(given_as) == version


@pytest.mark.parametrize("given_as", [0, "0", -1, True, 1.0, "1.0", "", None, "²", {}])
def test_anything_else_is_no_version(given_as: object) -> None:
    with pytest.raises(PermanentFailure, match="is not an article's version"):
        version_of(given_as)


def test_a_run_is_a_uuid_of_the_execution() -> None:
    one, again, other = task({}), task({}), task({}, run_id="33")
    assert uuid.UUID(one.run).version == 4
    assert one.run == again.run != other.run


def test_the_article_is_what_the_session_says_else_what_the_data_say() -> None:
    given_data = {"article_id": "00353", "version": "1", "run": "r"}
    assert task(given_data).article == Article("00353", 1, "r")
    assert task(given_data, {"version": 2, "run": "s"}).article == Article("00353", 2, "s")
    assert task({"article_id": "1", "version": 1}).article.run == task({}).run


def test_what_is_missing_is_told_by_name() -> None:
    with pytest.raises(PermanentFailure, match="started without version; there are: article_id, run"):
        _ = task({"article_id": "00353", "run": "r"}).article
    with pytest.raises(PermanentFailure, match="started without file_name"):
        task({}).data["file_name"]


def test_every_activity_is_a_module_and_none_is_left_over() -> None:
    for kind in ACTIVITIES.values():
        assert callable(kind.perform()), kind
    assert {activity.name for activity in activities()} == set(ACTIVITIES)
    assert ACTIVITIES["ExpandArticle"].identify() is not None
    assert ACTIVITIES["ConvertJATS"].identify() is None
    assert importlib.import_module(ACTIVITIES["PreparePostEIF"].module).__name__ == "bot.activity.prepare_post_eif"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ExpandArticle", "Expand Article"),
        ("ApplyVersionNumber", "Apply Version Number"),
        ("ConvertJATS", "Convert JATS"),
        ("PreparePostEIF", "Post EIF"),
        ("PublishPerfectArticle", "Publish Perfect Article"),
    ],
)
def test_titles_are_the_spaced_ones(name: str, shown: str) -> None:
    assert title(name) == shown

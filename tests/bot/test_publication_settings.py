"""publication_settings.yaml: which articles wait for approval, and one clear error for a file that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot import publication
from bot.provider.environment import BotSettings
from continuum.settings import SettingsError
from tests.bot.conftest import Bot

EIF: dict[str, Any] = {
    "doi": "10.7554/eLife.00353",
    "version": 1,
    "status": "POA",
    "article-type": "correction",
    "publish": False,
    "categories": {"display-channel": ["Correction"], "heading": ["Cell Biology", "Neuroscience"]},
    "contributors": [{"type": "author", "surname": "Guo"}, {"type": "author", "collab": "The Consortium"}],
    "related-articles": [{"type": "corrected-article", "href": "10.7554/eLife.00160"}],
}


def settings(file: str = "") -> BotSettings:
    return BotSettings(
        S3_monitor_queue="q",
        workflow_starter_queue="q",
        event_monitor_queue="q",
        publishing_buckets_prefix="ct-",
        production_bucket="b",
        publication_settings=file,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.yaml"


def publishes(file: Path, text: str) -> bool:
    file.write_text(text)
    return publication.load(settings(str(file))).publishes(EIF)


def mistakes(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        publication.load(settings(str(file)))
    assert str(caught.value).startswith(f"{file}: ")
    return str(caught.value)


def test_our_own_file_is_preview() -> None:
    assert publication.load(settings()).publishes(EIF) is False
    assert publication.load(settings("publication_settings.yaml")).publishes(EIF) is False


@pytest.mark.parametrize(("default", "outcome"), [("false", False), ("true", True), ("0", False), ("1", True)])
def test_the_default(file: Path, default: str, outcome: bool) -> None:
    assert publishes(file, f"default: {default}") is outcome
    assert publishes(file, f"---\ndefault: {default}\noverride:\n  publish:\n  hold:\n") is outcome


@pytest.mark.parametrize(
    ("field", "expression", "fits"),
    [
        ("doi", "00353$", True),  # found anywhere, as the file's users have always written it
        ("doi", "^00353$", False),
        ("doi", "00354$", False),
        ("article-type", "correct", True),
        ("version", "^1$", True),
        ("publish", "^false$", True),
        ("categories.display-channel", "^Correction$", True),
        ("categories.heading", "^Neuro", True),
        ("categories", "^Neuro", True),
        ("contributors.surname", "^Guo$", True),
        ("contributors.collab", "Consortium", True),
        ("contributors.surname", "Consortium", False),
        ("related-articles.href", "00160$", True),
        ("impact-statement", ".*", False),  # the article has none
        ("doi.prefix", ".*", False),
        ("categories.nothing", ".*", False),
    ],
)
def test_a_rule_is_for_the_default_that_it_changes(file: Path, field: str, expression: str, fits: bool) -> None:
    rule = f"{{'{field}': ['never this', '{expression}']}}"
    assert publishes(file, f"default: false\noverride: {{publish: {rule}}}") is fits
    assert publishes(file, f"default: true\noverride: {{hold: {rule}}}") is not fits
    # The other list is not looked at.
    assert publishes(file, f"default: false\noverride: {{hold: {rule}}}") is False
    assert publishes(file, f"default: true\noverride: {{publish: {rule}}}") is True


def test_every_mistake_is_told_at_once(file: Path) -> None:
    told = mistakes(
        file,
        """
        default: perhaps
        overide: {}
        override:
          held: {}
          publish:
            artcle-type: ['^correction$']
            doi: '00353$'
          hold:
            doi: [00353, '(', '00353$']
        """,
    )
    for mistake in (
        "default must be true or false, is 'perhaps'",
        "overide is not known; there are default and override",
        "override: held is not known; there are publish and hold",
        "publish: artcle-type is no field of the EIF; there are article-id, article-type,",
        "publish: doi must have a list of regular expressions, has '00353$'",
        "hold: doi: 235 is not text: put it in quotes",
        "hold: doi: '(' is no regular expression",
    ):
        assert mistake in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must have `default`"),
        ("- default: true", "must have `default`"),
        ("override: {}", "default is missing"),
        ("default: true\noverride: [doi]", "override must have `publish` or `hold` below it"),
        ("default: true\noverride: {hold: [doi]}", "hold must have fields of the EIF below it"),
        ("default: [", "expected the node content"),
    ],
)
def test_a_file_that_is_something_else(file: Path, text: str, words: str) -> None:
    assert words in mistakes(file, text)


def test_a_file_that_is_not_there_or_not_text(file: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        publication.load(settings(str(file)))
    file.write_bytes(b"default: \xff")
    with pytest.raises(SettingsError, match="decode"):
        publication.load(settings(str(file)))


def test_settings_can_run_nothing(file: Path) -> None:
    assert "could not determine a constructor" in mistakes(file, "default: !!python/object/apply:os.getcwd []")


def test_a_worker_does_not_start_with_a_wrong_file(bot: Bot) -> None:
    (bot.folder / "publication_settings.yaml").write_text("default: perhaps\n")
    done = bot.run("worker.py")
    assert done.returncode == 2
    assert done.stderr.startswith("worker.py: ")
    assert "default must be true or false, is 'perhaps'" in done.stderr
    assert len(done.stderr.splitlines()) == 1

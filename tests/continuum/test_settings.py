from dataclasses import dataclass
from types import ModuleType

import pytest

from continuum.environment import Environment
from continuum.settings import SettingsError, choose, environments, read


@dataclass(frozen=True)
class Wanted:
    host: str
    port: int
    level: str = "INFO"


def module(text: str) -> ModuleType:
    made = ModuleType("settings")
    made.__file__ = "settings.py"
    exec(text, made.__dict__)
    return made


SETTINGS = """
import logging
default_environment = "continuum"
class _base:
    host = "h"
    level = "WARN"
class continuum(_base):
    port = "5432"
class live(_base):
    port = 1
    level = "ERROR"
ct = continuum
"""


def test_a_class_is_chosen_by_its_name_or_another_name_of_it() -> None:
    settings = module(SETTINGS)
    assert choose(settings, "live") is settings.live
    assert choose(settings, "ct") is settings.continuum
    assert sorted(environments(settings)) == ["continuum", "ct", "live"]


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_name_it_is_the_default(name: str | None) -> None:
    assert choose(module(SETTINGS), name).__name__ == "continuum"


@pytest.mark.parametrize("name", ["prod", "logging", "_base", "default_environment", "continuum()"])
def test_an_unknown_name_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError, match=r"settings.py: no settings class .*; there are: continuum, ct, live"):
        choose(module(SETTINGS), name)


def test_without_a_name_and_a_default_it_is_told() -> None:
    with pytest.raises(SettingsError, match="no environment given"):
        choose(module("class live: pass"))


def test_settings_come_from_a_class_its_bases_and_defaults() -> None:
    assert read(Wanted, module(SETTINGS).continuum) == Wanted("h", 5432, "WARN")


def test_settings_come_from_a_module() -> None:
    assert read(Wanted, module("host, port, more = 'h', 1, 2")) == Wanted("h", 1)


def test_everything_missing_and_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read(Wanted, module("class ct:\n port = 'x'").ct)
    assert str(caught.value) == "settings class ct: host is missing; port must be a whole number, is 'x'"


@pytest.mark.parametrize(
    ("prefix", "setting", "queue", "domain"), [("ct", "ct-", "ct-q", "Publish.ct"), ("", "", "q", "Publish")]
)
def test_names_of_an_environment(prefix: str, setting: str, queue: str, domain: str) -> None:
    environment = Environment(prefix)
    assert environment.setting == setting
    assert environment.queue("q") == environment.bucket("q") == queue
    assert environment.swf_domain == domain
    assert Environment.of_setting(setting) == environment

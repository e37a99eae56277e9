"""Which states make which machine."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STATES = ROOT / "salt/salt"
TOP: dict[str, list[str]] = yaml.safe_load((STATES / "top.sls").read_text())["base"]
DESCRIBED: dict[str, Any] = yaml.safe_load((ROOT / "projects/elife.yaml").read_text())
PROJECTS = sorted(set(DESCRIBED) - {"defaults"})


def states_of(minion: str) -> list[str]:
    """All globs that match add up, in order."""
    return [state for glob, states in TOP.items() if fnmatchcase(minion, glob) for state in states]


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_is_routed(project: str) -> None:
    states = states_of(f"{project}-demo")
    assert states[:2] == ["base", "base.daily-system-updates"]
    with_states_of_its_own = DESCRIBED[project] and DESCRIBED[project].get("repo") in (
        "bot",
        "lax",
        "dashboard",
        "website",
    )
    assert (len(states) > 2) == bool(with_states_of_its_own)


@pytest.mark.parametrize("state", sorted({state for states in TOP.values() for state in states}))
def test_every_directive_has_its_file(state: str) -> None:
    place = STATES / state.replace(".", "/")
    assert (place / "init.sls").exists() or place.with_name(place.name + ".sls").exists()


def test_globs_add_up_in_order() -> None:
    dashboard = states_of("elife-dashboard-prod")
    assert dashboard[-1] == "elife-dashboard.uwsgi"
    assert states_of("elife-dashboard-continuum-test") == [*dashboard, "elife-dashboard.continuum-test"]
    assert states_of("elife-lax-nonrds-demo")[-1] == "elife-lax-nonrds"
    assert "elife-bot" in states_of("elife-bot-large-demo")
    assert states_of("elife-bot-ct--2") == states_of("elife-bot-ct")


def test_no_state_file_is_without_a_use() -> None:
    """What top.sls does not name is included or imported by what it names."""
    text = "".join(file.read_text() for file in STATES.rglob("*.sls"))
    named = {state for states in TOP.values() for state in states}
    for file in STATES.rglob("*.sls"):
        name = ".".join(file.relative_to(STATES).with_suffix("").parts).removesuffix(".init")
        assert name in named or f"- {name}\n" in text or name == "top", f"{file} is used by nothing"

"""`salt['elife.cfg']`: dotted paths into the machine's data."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

MODULE = Path(__file__).resolve().parents[2] / "salt/salt/_modules/elife.py"


@pytest.fixture
def elife(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("elife", MODULE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    data = {
        "project": {"branch": "main", "revision": None, "prefix": "", "ports": {"22": 22}},
        "cfn": {"outputs": {"RDSHost": "db.example"}},
    }
    (tmp_path / "stack.json").write_text(json.dumps(data))
    monkeypatch.setattr(module, "STACK_FILE", tmp_path / "stack.json")
    return module


def test_one_path_without_a_value_is_none(elife: ModuleType) -> None:
    assert elife.cfg("project.revision") is None
    assert elife.cfg("no.such.path") is None


def test_the_first_path_with_a_value_wins(elife: ModuleType) -> None:
    assert elife.cfg("project.revision", "project.branch", "master") == "main"


def test_with_two_arguments_the_last_is_the_default(elife: ModuleType) -> None:
    assert elife.cfg("cfn.outputs.RDSPort", "5432") == "5432"
    assert elife.cfg("cfn.outputs.RDSHost", "localhost") == "db.example"


def test_an_empty_prefix_is_a_value(elife: ModuleType) -> None:
    assert elife.cfg("project.prefix", "default") == ""


def test_a_path_through_what_is_no_mapping_has_no_value(elife: ModuleType) -> None:
    assert elife.cfg("project.branch.name") is None


def test_before_the_first_converge_nothing_has_a_value(elife: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "stack.json").unlink()
    assert elife.cfg("project.branch", "master") == "master"

"""A folder with a settings file and project files of a test's own."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from builder.errors import UsageError
from builder.projects import Projects, load

Load = Callable[..., Projects]


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Projects from the given text of projects/elife.yaml, and of further files by name."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(text: str, **further: str) -> Projects:
        files: Mapping[str, str] = {"elife": text, **further}
        for name, content in files.items():
            tmp_path.joinpath(f"{name}.yaml").write_text(content, encoding="utf-8")
        settings = tmp_path / "settings.yaml"
        settings.write_text(f"project-files: [{', '.join(f'{name}.yaml' for name in files)}]\n", encoding="utf-8")
        return load(settings)

    return write_and_load


@pytest.fixture
def mistakes(loaded: Load) -> Callable[..., list[str]]:
    """The mistakes in the given project files, one string each."""

    def write_and_fail(text: str, **further: str) -> list[str]:
        with pytest.raises(UsageError) as raised:
            loaded(text, **further)
        return raised.value.message.splitlines()

    return write_and_fail

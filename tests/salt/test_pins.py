"""Whether a virtualenv is as its requirements.txt says."""

from pathlib import Path

from continuum_highstate import pins

REQUIREMENTS = """
flask==3.1.3 \\
    --hash=sha256:00
psycopg[binary]==3.3.9 ; python_version >= "3.11" \\
    --hash=sha256:11
typing-extensions==4.16.0 \\
    --hash=sha256:22
# zope==1.0
"""


def virtualenv(root: Path, *names: str) -> Path:
    for name in names:
        (root / "lib/python3.11/site-packages" / name).mkdir(parents=True)
    return root


def test_as_pinned_nothing_is_wrong(tmp_path: Path) -> None:
    folders = ("flask-3.1.3.dist-info", "psycopg-3.3.9.dist-info", "typing_extensions-4.16.0.dist-info")
    assert pins.wrong(REQUIREMENTS, virtualenv(tmp_path, *folders)) == {}


def test_missing_and_other_versions_are_told_from_what_to_what(tmp_path: Path) -> None:
    folders = ("flask-3.0.1.dist-info", "typing_extensions-4.16.0-py3.11.egg-info")
    assert pins.wrong(REQUIREMENTS, virtualenv(tmp_path, *folders)) == {
        "flask": ("3.0.1", "3.1.3"),
        "psycopg": ("", "3.3.9"),
    }


def test_without_a_virtualenv_everything_is_missing(tmp_path: Path) -> None:
    assert set(pins.wrong(REQUIREMENTS, tmp_path / "venv")) == {"flask", "psycopg", "typing-extensions"}

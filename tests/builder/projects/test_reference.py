"""docs/projects.md is what the schema says."""

from pathlib import Path

from builder.projects.reference import markdown

PAGE = Path(__file__).parents[3] / "docs" / "projects.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown() + "\n", (
        "the schema has changed since: .venv/bin/python -m builder.projects.reference >docs/projects.md"
    )

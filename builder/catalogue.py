"""The projects as `./bldr project_list` and `./bldr project` print them. Asks no cloud."""

from __future__ import annotations

from rich.text import Text

from builder import names, projects, report
from builder.projects.show import Setting
from builder.templates import known


def show_all() -> None:
    """Print every project: its name and what it is."""
    listed = projects.listed(known())
    report.table(["project", "what it is"], [(each.name, each.description) for each in listed])


def show(name: str, instance_id: str | None) -> None:
    """Print every value that holds for a project's instance, and the file and line that it comes from."""
    instance_id = instance_id or names.today()
    project = known().project(name, instance_id)
    report.result(f"{project.name}: {project.description}")
    report.result(f"\nas instance {instance_id}")
    facts = projects.derived(project).items()
    report.table(["", "", ""], [(f"  {key}", _list(value), "") for key, value in facts], header=False)
    settings = projects.settings(known(), name, instance_id)
    for section in ("project", "aws"):
        rows = [_row(each) for each in settings if _section(each) == section]
        report.result(f"\n{section}")
        report.table(["", "", ""], rows, header=False)


def _row(setting: Setting) -> tuple[str, str, Text]:
    # The line tells the layer, but for alternatives: these hold for this instance only.
    alternative = setting.layer.partition("aws-alt ")[2]
    source = f"{setting.origin}{f' for {alternative}' if alternative else ''}" if setting.origin else setting.layer
    return f"  {setting.key.removeprefix('aws.')}", _list(setting.value), report.coloured(source, "quiet")


def _section(setting: Setting) -> str:
    return "aws" if setting.key.startswith("aws.") else "project"


def _list(value: str) -> str:
    """A long list an item a line: names are told apart better than in a wrapped line."""
    return value.replace(", ", "\n") if len(value) > 30 and " " not in value.replace(", ", "") else value

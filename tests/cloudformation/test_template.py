"""The template as a whole: the same bytes for the same input, as AWS would read it, for every project."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.projects import Projects, load, template
from cloudformation.description import Bucket, Database, ExtVolume, Notification, Queue

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = list(load())
EVERYTHING: dict[str, Any] = {
    "cluster_size": 3,
    "ext": ExtVolume(size=10),
    "rds": Database(),
    "s3": {"elife-production-final": Bucket(notify=(Notification(queue="incoming-queue"),), versioning=True)},
    "sqs": {"incoming-queue": Queue(), "workflow-starter-queue": Queue(max_receives=0)},
}


@pytest.fixture(scope="module")
def projects() -> Projects:
    return load()


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], str]:
    """What cfn-lint says of templates, with this repository's settings; one run for all of them."""

    def run(templates: dict[str, str]) -> str:
        folder = tmp_path_factory.mktemp("templates")
        for name, text in templates.items():
            folder.joinpath(f"{name}.json").write_text(text, encoding="utf-8")
        command = [Path(sys.executable).with_name("cfn-lint"), *sorted(folder.iterdir())]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run


def test_cfn_lint_finds_nothing_in_any_project(projects: Projects, lint: Callable[[dict[str, str]], str]) -> None:
    instances = [(name, instance_id) for name in projects for instance_id in ("continuum-test", "prod")]
    assert lint({f"{name}-{each}": template(projects.project(name, each)) for name, each in instances}) == ""


def test_cfn_lint_finds_nothing_in_a_template_with_everything(
    templated: Callable[..., dict[str, Any]], lint: Callable[[dict[str, str]], str]
) -> None:
    assert lint({"everything": json.dumps(templated(**EVERYTHING))}) == ""


def test_the_same_project_gives_the_same_bytes_in_any_process() -> None:
    program = "from builder.projects import load, template; print(template(load().project('elife-lax', 'ct')), end='')"
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert made == {template(load().project("elife-lax", "ct")).encode()}


@pytest.mark.parametrize("name", PROJECTS)
def test_every_reference_leads_somewhere(projects: Projects, name: str) -> None:
    made = json.loads(template(projects.project(name, "continuum-test")))
    known = made["Resources"].keys() | made["Parameters"].keys()
    referred = {each for each in _references(made) if not each.startswith("AWS::")}
    assert referred <= known
    assert made["Parameters"].keys() == {"VpcId", "SubnetIds", "Image", "BuilderBucket"} & referred


@pytest.mark.parametrize("name", PROJECTS)
def test_the_machines_find_the_merged_project_in_the_metadata(projects: Projects, name: str) -> None:
    project = json.loads(template(projects.project(name, "continuum-test")))["Metadata"]["Continuum"]
    assert (project["name"], project["instance"], project["prefix"]) == (name, "continuum-test", "ct")
    assert project["swf_domain"] == "Publish.ct"
    assert None not in _leaves(project)  # CloudFormation refuses a null


def test_nothing_secret_and_no_image_id_stands_in_a_template(projects: Projects) -> None:
    for name in projects:
        made = template(projects.project(name, "prod"))
        assert "ami-" not in made
        assert "BEGIN" not in made


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0]
            elif key == "Fn::Sub":
                yield from (part.split("}")[0].split(".")[0] for part in value.split("${")[1:])
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _leaves(node: Any) -> Iterator[Any]:
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _leaves(value) if isinstance(value, (dict, list)) else (value,)

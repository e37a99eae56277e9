"""projects/elife.yaml of this repository."""

from pathlib import Path

import pytest

from builder.projects import Projects, listed, load
from cloudformation.description import EVERYWHERE

ROOT = Path(__file__).resolve().parents[3]
IN_ORDER = [
    "basebox",
    "builder-builder",
    "central-logging",
    "elife-api",
    "elife-dashboard",
    "elife-jira",
    "lagotto",
    "elife-bot",
    "elife-bot-large",
    "master-server",
    "elife-civiapi",
    "elife-ci",
    "elife-crm",
    "elife-website",
    "elife-website-medium",
    "elife-arges",
    "elife-lax",
    "elife-lax-nonrds",
    "elife-metrics",
]


@pytest.fixture(scope="module")
def projects() -> Projects:
    return load()


def test_it_has_the_19_projects_in_the_order_in_which_they_are_picked(projects: Projects) -> None:
    assert list(projects) == IN_ORDER


def test_every_project_says_what_it_is(projects: Projects) -> None:
    assert all(10 < len(project.description) < 100 for project in listed(projects))


@pytest.mark.parametrize("name", IN_ORDER)
def test_no_project_lets_everybody_in_by_ssh(projects: Projects, name: str) -> None:
    aws = projects.project(name, "ct").aws
    assert EVERYWHERE not in aws.ssh_from
    assert [port.cidr_ip for port in aws.ports.values() if port.guest == 22] == [None]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("elife-website", "continuum-test.v2.elifesciences.org"),
        ("elife-lax", "continuum-test.lax.elifesciences.org"),
        ("elife-dashboard", "continuum-test.ppp-dash.elifesciences.org"),
        ("elife-bot", None),
        ("basebox", None),
    ],
)
def test_projects_are_reached_where_the_guide_says(projects: Projects, name: str, host: str | None) -> None:
    assert projects.project(name, "continuum-test").host == host


def test_continuum_test_is_the_environment_ct_and_prod_has_no_prefix(projects: Projects) -> None:
    assert projects.project("elife-bot", "continuum-test").names.buckets["elife-publishing-cdn"] == (
        "ct-elife-publishing-cdn"
    )
    assert projects.project("elife-bot", "prod").names.queues["incoming-queue"] == "incoming-queue"
    assert projects.project("elife-bot", "exp").names.swf_domain == "Publish.exp"


@pytest.mark.parametrize("name", ["elife-lax", "elife-dashboard"])
def test_databases_outlive_their_stack_but_for_the_test_environment(projects: Projects, name: str) -> None:
    policies = {}
    for instance_id in ("prod", "continuum-test"):
        database = projects.project(name, instance_id).aws.rds
        assert database
        policies[instance_id] = database.deletion_policy
    assert policies == {"prod": "Snapshot", "continuum-test": "Delete"}


def test_lax_nonrds_has_no_database(projects: Projects) -> None:
    assert projects.project("elife-lax-nonrds", "prod").aws.rds is None


@pytest.mark.parametrize("name", ["elife-bot", "elife-lax", "elife-dashboard"])
def test_the_bundled_applications_are_folders_of_this_repository(projects: Projects, name: str) -> None:
    repo = projects.project(name, "ct").repo
    assert repo and repo.path and not repo.url
    assert (ROOT / repo.path).is_dir()

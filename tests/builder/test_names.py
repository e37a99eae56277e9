"""Names, as the other systems read them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import names
from builder.errors import UsageError

PROJECTS = ("elife-bot", "elife-bot-large", "elife-lax", "elife-lax-nonrds", "elife-website", "elife-website-medium")
INSTANCE_IDS = st.from_regex(r"\A[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,3}\Z")


def test_a_stack_is_named_after_project_and_instance() -> None:
    assert names.stack("elife-dashboard", "continuum-test") == "elife-dashboard-continuum-test"


def test_the_nodes_of_a_cluster_are_numbered_from_the_second_on() -> None:
    assert names.nodes("elife-bot-ct", 3) == ("elife-bot-ct", "elife-bot-ct--2", "elife-bot-ct--3")


@given(INSTANCE_IDS, st.integers(1, 50))
def test_a_node_tells_its_stack(instance_id: str, size: int) -> None:
    stack = names.stack("elife-bot", instance_id)
    assert {names.stack_of_node(node) for node in names.nodes(stack, size)} == {stack}


@pytest.mark.parametrize(
    ("instance_id", "subdomain", "host"),
    [
        ("continuum-test", "lax", "continuum-test.lax.elifesciences.org"),
        ("prod", "lax", "lax.elifesciences.org"),
        ("continuum-test", None, None),
    ],
)
def test_the_public_host_starts_with_the_instance_but_for_prod(
    instance_id: str, subdomain: str | None, host: str | None
) -> None:
    assert names.host(instance_id, subdomain, "elifesciences.org") == host


@pytest.mark.parametrize(
    ("instance_id", "configured", "prefix"),
    [("continuum-test", "ct", "ct"), ("exp", None, "exp"), ("prod", None, ""), ("exp", "", "")],
)
def test_the_prefix_is_the_instance_id_where_none_is_configured(
    instance_id: str, configured: str | None, prefix: str
) -> None:
    assert names.prefix(instance_id, configured) == prefix


def test_buckets_queues_and_the_swf_domain_carry_the_prefix() -> None:
    assert names.bucket("ct", "elife-publishing-cdn") == "ct-elife-publishing-cdn"
    assert names.queue("ct", "incoming-queue") == "ct-incoming-queue"
    assert names.swf_domain("ct") == "Publish.ct"


def test_in_production_nothing_has_a_prefix() -> None:
    assert names.bucket("", "elife-publishing-cdn") == "elife-publishing-cdn"
    assert names.queue("", "incoming-queue") == "incoming-queue"
    assert names.swf_domain("") == "Publish"


def test_a_bucket_name_longer_than_s3_allows_is_refused_with_the_length_that_fits() -> None:
    with pytest.raises(UsageError, match=r"65 characters, and AWS allows 63\n.* at most 38 characters"):
        names.bucket("x" * 40, "elife-publishing-archive")


def test_the_instance_id_offered_is_today() -> None:
    assert names.today() == date.today().isoformat()
    assert names.is_instance_id(names.today())


@given(INSTANCE_IDS)
def test_small_letters_digits_and_single_hyphens_are_allowed(instance_id: str) -> None:
    assert names.check_instance_id("elife-lax", instance_id) == instance_id


@pytest.mark.parametrize(
    ("instance_id", "says"),
    [
        ("", "not allowed"),
        ("a b", r"for example a-b"),
        ("Continuum-Test", r"for example continuum-test"),
        ("-a", "not allowed"),
        ("a-", "not allowed"),
        ("a--2", "not allowed"),  # reads as the second node of a cluster
        ("a.b", "not allowed"),
        ("ünder", "not allowed"),
        ("a\n", "not allowed"),
        ("x" * 64, "too long by 1"),
    ],
)
def test_other_instance_ids_are_refused(instance_id: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        names.check_instance_id("elife-lax", instance_id)


def test_an_instance_id_that_makes_another_projects_stack_is_refused() -> None:
    with pytest.raises(UsageError, match=r"reads as project elife-bot-large\n.*does not start with 'large'"):
        names.check_instance_id("elife-bot", "large-ct", PROJECTS)


def test_a_stack_is_of_the_longest_project_that_its_name_starts_with() -> None:
    assert names.project_of_stack("elife-bot-large-ct", PROJECTS) == "elife-bot-large"
    assert names.project_of_stack("elife-bot-larger", PROJECTS) == "elife-bot"
    assert names.project_of_stack("elife-bot", PROJECTS) is None
    assert names.project_of_stack("somebody-elses-stack", PROJECTS) is None


@given(st.sampled_from(PROJECTS), INSTANCE_IDS)
def test_every_allowed_instance_id_leads_back_to_its_project(project: str, instance_id: str) -> None:
    try:
        names.check_instance_id(project, instance_id, PROJECTS)
    except UsageError:
        return
    assert names.project_of_stack(names.stack(project, instance_id), PROJECTS) == project


@pytest.mark.parametrize("branch", ["master", "continuum-test", "v2", "2016-03-29"])
def test_a_branch_that_may_be_an_instance_id_is_one(branch: str) -> None:
    assert names.instance_id_of_branch(branch) == branch


def test_any_other_branch_gets_a_short_hash() -> None:
    assert names.instance_id_of_branch("feature/JATS_2") == "feature-jats-2-c8ed16a3"


BRANCHES = st.text(st.sampled_from("abcXYZ019-_/.ü"), min_size=1, max_size=80)


@given(BRANCHES, st.integers(12, 63))
def test_every_branch_has_an_instance_id_that_is_allowed(branch: str, longest: int) -> None:
    instance_id = names.instance_id_of_branch(branch, longest)
    assert names.is_instance_id(instance_id)
    assert len(instance_id) <= longest
    assert names.instance_id_of_branch(branch, longest) == instance_id


@given(BRANCHES, BRANCHES)
def test_two_branches_have_two_instance_ids(one: str, other: str) -> None:
    assert (names.instance_id_of_branch(one) == names.instance_id_of_branch(other)) == (one == other)


@given(BRANCHES)
def test_no_branch_can_take_the_instance_id_of_another(branch: str) -> None:
    taken = names.instance_id_of_branch(branch)
    if taken != branch:
        assert names.instance_id_of_branch(taken) != taken


def test_a_host_name_longer_than_dns_allows_is_refused() -> None:
    with pytest.raises(UsageError, match=r"256 characters, and DNS allows 253\n.*shorter by 3"):
        names.host("x" * 40, "y." * 97 + "lax", "elifesciences.org")

"""Defaults, the project, its alternative: each over the one before, and every value says where it comes from."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.projects import Projects, derived, listed, settings
from builder.projects.merge import overlay
from builder.projects.mistakes import Origin
from builder.projects.source import Mapping, Node, Scalar

Load = Callable[..., Projects]

LAYERED = """\
defaults:
    domain: example.org
    repo: {branch: develop}
    aws:
        type: t3.micro
        ports:
            22: 22
        rds: {storage: 50}
    aws-alt:
        ct: {prefix: test, rds: {deletion-policy: Delete}}
plain:
    description: nothing of its own
store:
    description: with a database
    repo: lax
    subdomain: store
    aws:
        type: t3.large
        ports:
            80: 80
        rds: {}
    aws-alt:
        ct:
            ports:
                80: null
        small:
            rds: null
            type: t3.nano
            ports:
                22: {guest: 22, cidr-ip: 0.0.0.0/0}
        closed:
            ports:
                22: 22
"""


@pytest.fixture
def layered(loaded: Load) -> Projects:
    return loaded(LAYERED)


def test_a_project_has_the_defaults_where_it_says_nothing(layered: Projects) -> None:
    plain = layered.project("plain", "x")
    assert (plain.domain, plain.aws.type, list(plain.aws.ports)) == ("example.org", "t3.micro", [22])


def test_a_project_goes_over_the_defaults_key_by_key(layered: Projects) -> None:
    store = layered.project("store", "x")
    assert (store.aws.type, sorted(store.aws.ports)) == ("t3.large", [22, 80])


def test_defaults_of_a_section_are_for_those_who_ask_for_it(layered: Projects) -> None:
    assert layered.project("plain", "x").aws.rds is None
    assert layered.project("plain", "ct").aws.rds is None
    assert layered.project("plain", "x").repo is None
    database = layered.project("store", "ct").aws.rds
    assert database
    assert (database.storage, database.deletion_policy) == (50, "Delete")


def test_a_short_form_is_merged_as_if_it_were_spelt_out(layered: Projects) -> None:
    repo = layered.project("store", "x").repo
    assert repo
    assert (repo.path, repo.branch) == ("lax", "develop")


def test_an_alternative_is_for_its_instance_id_only(layered: Projects) -> None:
    assert layered.project("store", "ct").prefix == "test"
    assert layered.project("store", "ctt").prefix == "ctt"


def test_an_empty_value_takes_away(layered: Projects) -> None:
    assert list(layered.project("store", "ct").aws.ports) == [22]
    assert layered.project("store", "small").aws.rds is None


def test_a_port_said_again_is_said_anew(layered: Projects) -> None:
    assert layered.project("store", "small").aws.ports[22].cidr_ip == "0.0.0.0/0"
    assert layered.project("store", "closed").aws.ports[22].cidr_ip is None


def test_every_value_tells_its_line_and_layer(layered: Projects) -> None:
    found = {
        each.key: (each.value, each.layer, each.origin and each.origin.line)
        for each in settings(layered, "store", "ct")
    }
    assert found["domain"] == ("example.org", "defaults", 2)
    assert found["repo.branch"] == ("develop", "defaults", 3)
    assert found["repo.path"] == ("lax", "store", 15)
    assert found["aws.type"] == ("t3.large", "store", 18)
    assert found["aws.prefix"] == ("test", "defaults aws-alt ct", 10)
    assert found["aws.cluster-size"] == ("1", "built in", None)
    assert "aws.ports.80.guest" not in found


def test_the_layers_of_an_alternative_tell_its_name(layered: Projects) -> None:
    (found,) = [each for each in settings(layered, "store", "small") if each.key == "aws.ports.22.cidr-ip"]
    assert (found.value, found.layer, str(found.origin)) == ("0.0.0.0/0", "store aws-alt small", "elife.yaml:30")


def test_what_follows_from_the_settings_is_told_too(layered: Projects) -> None:
    assert derived(layered.project("store", "ct")) == {
        "stack": "store-ct",
        "machines": "store-ct",
        "host": "ct.store.example.org",
        "prefix": "test",
    }


def test_the_list_tells_each_project_in_a_line(layered: Projects) -> None:
    assert [tuple(each) for each in listed(layered)] == [
        ("plain", "nothing of its own", None, "t3.micro"),
        ("store", "with a database", "<instance id>.store.example.org", "t3.large + RDS"),
    ]


def test_projects_of_several_files_have_their_own_files_defaults(loaded: Load) -> None:
    projects = loaded(LAYERED, ours="defaults: {domain: ours.org}\nextra: {description: one of ours}\n")
    assert list(projects) == ["plain", "store", "extra"]
    assert projects.project("extra", "x").domain == "ours.org"
    assert projects.project("extra", "x").aws.type == "t3.small"


def test_an_unknown_project_is_refused_with_the_nearest_known_one(layered: Projects) -> None:
    with pytest.raises(UsageError, match=r"there is no project 'stroe'\ndid you mean store\?"):
        layered.project("stroe", "x")


def test_a_stack_tells_its_project_and_instance(layered: Projects) -> None:
    assert layered.instance_of_stack("store-ct-2") == ("store", "ct-2")
    with pytest.raises(UsageError, match="somebody-elses is no stack of a known project"):
        layered.project_of_stack("somebody-elses")


HERE = Origin("elife.yaml", 1, "x")
SCALARS = st.builds(Scalar, st.sampled_from(["a", "b", "c"]), st.just("str"), st.just(HERE))
NULL = Scalar("", "null", HERE)


def _mappings(values: st.SearchStrategy[Node]) -> st.SearchStrategy[Mapping]:
    return st.builds(Mapping, st.dictionaries(st.sampled_from("klmn"), values, max_size=4), st.just(HERE))


TREES = _mappings(st.recursive(SCALARS, _mappings, max_leaves=8))
WITH_NULLS = _mappings(st.recursive(SCALARS | st.just(NULL), _mappings, max_leaves=8))


@given(TREES)
def test_a_layer_over_nothing_or_itself_is_itself(tree: Mapping) -> None:
    assert overlay(None, tree) == overlay(tree, None) == overlay(tree, tree) == tree


@given(TREES, TREES)
def test_every_leaf_above_holds(below: Mapping, above: Mapping) -> None:
    merged = overlay(below, above)
    assert merged
    assert overlay(merged, above) == merged
    assert merged.entries.keys() == below.entries.keys() | above.entries.keys()


@given(TREES, WITH_NULLS)
def test_merging_leaves_its_layers_as_they_are(below: Mapping, above: Mapping) -> None:
    before = repr((below, above))
    overlay(below, above)
    assert repr((below, above)) == before

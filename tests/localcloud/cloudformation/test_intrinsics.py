"""Intrinsic functions: what each stands for, what each refuses, and that plain data passes through untouched."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import LATER, resolve


class Names:
    """A scope with a few of everything."""

    refs: ClassVar[dict[str, Any]] = {"Env": "ct", "Ports": ["22", "80"], "AWS::Region": "us-east-1"}

    def ref(self, name: str) -> Any:
        return self.refs[name]

    def attribute(self, logical_id: str, name: str) -> Any:
        return {("Db", "Endpoint.Port"): "5432"}[logical_id, name]

    def condition(self, name: str) -> bool:
        return {"Yes": True, "No": False}[name]

    def mapping(self, name: str, first: str, second: str) -> Any:
        try:
            return {"Map": {"ct": {"size": "small"}}}[name][first][second]
        except KeyError:
            raise ValidationError("no such entry") from None

    def exported(self, name: str) -> str:
        return f"exported {name}"

    def zones(self, region: str) -> list[str]:
        return [f"{region}a", f"{region}b"]


SCOPE = Names()

MEANT = [
    ({"Ref": "Env"}, "ct"),
    ({"Fn::GetAtt": ["Db", "Endpoint.Port"]}, "5432"),
    ({"Fn::GetAtt": "Db.Endpoint.Port"}, "5432"),
    ({"Fn::Sub": "${Env}-queue-${Db.Endpoint.Port}"}, "ct-queue-5432"),
    ({"Fn::Sub": "${!Env}-${Env}"}, "${Env}-ct"),
    ({"Fn::Sub": ["${A}${Env}", {"A": {"Ref": "Env"}}]}, "ctct"),
    ({"Fn::Join": ["-", ["a", {"Ref": "Env"}, 3]]}, "a-ct-3"),
    ({"Fn::Join": [",", {"Ref": "Ports"}]}, "22,80"),
    ({"Fn::Split": ["|", "a|b|"]}, ["a", "b", ""]),
    ({"Fn::Select": ["1", {"Fn::Split": ["|", "a|b"]}]}, "b"),
    ({"Fn::If": ["Yes", {"Ref": "Env"}, {"Ref": "Unknown"}]}, "ct"),
    ({"a": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
    ([1, {"Ref": "AWS::NoValue"}, 2], [1, 2]),
    ({"Fn::Equals": [{"Ref": "Env"}, "ct"]}, True),
    ({"Fn::Equals": [80, "80"]}, True),
    ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "No"}]}]}, True),
    ({"Fn::Or": [{"Condition": "No"}, {"Condition": "No"}]}, False),
    ({"Fn::FindInMap": ["Map", {"Ref": "Env"}, "size"]}, "small"),
    ({"Fn::FindInMap": ["Map", "prod", "size", {"DefaultValue": "large"}]}, "large"),
    ({"Fn::Base64": {"Fn::Sub": "#!${Env}"}}, base64.b64encode(b"#!ct").decode()),
    ({"Fn::Cidr": ["10.0.0.0/16", 3, 8]}, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
    ({"Fn::Cidr": ["10.0.0.0/24", "2", "5"]}, ["10.0.0.0/27", "10.0.0.32/27"]),
    ({"Fn::GetAZs": ""}, ["us-east-1a", "us-east-1b"]),
    ({"Fn::ImportValue": {"Fn::Sub": "${Env}-vpc"}}, "exported ct-vpc"),
    ({"Fn::Length": {"Ref": "Ports"}}, 2),
    ({"Fn::ToJsonString": {"a": {"Ref": "Env"}}}, '{"a":"ct"}'),
    ({"Condition": {"StringEquals": {"a": {"Ref": "Env"}}}}, {"Condition": {"StringEquals": {"a": "ct"}}}),
]


@pytest.mark.parametrize(("value", "meaning"), MEANT, ids=lambda each: str(each)[:40])
def test_what_a_function_stands_for(value: Any, meaning: Any) -> None:
    assert resolve(value, SCOPE) == meaning


REFUSED = [
    {"Fn::Join": ["-"]},
    {"Fn::Join": ["-", "text"]},
    {"Fn::Select": [2, ["a", "b"]]},
    {"Fn::Select": ["one", ["a"]]},
    {"Fn::Split": ["", "a"]},
    {"Fn::Sub": ["a"]},
    {"Fn::GetAtt": ["Db"]},
    {"Fn::If": ["Yes", 1]},
    {"Fn::Equals": ["a"]},
    {"Fn::Not": [{"Condition": "Yes"}, {"Condition": "No"}]},
    {"Fn::FindInMap": ["Map", "prod", "size"]},
    {"Fn::Cidr": ["10.0.0.0/24", 9, 5]},
    {"Fn::Cidr": ["no network", 1, 5]},
    {"Fn::Base64": ["a"]},
    {"Fn::Transform": {"Name": "AWS::Include"}},
    {"Ref": ["Env"]},
]


@pytest.mark.parametrize("value", REFUSED, ids=str)
def test_what_a_function_refuses(value: Any) -> None:
    with pytest.raises(ValidationError):
        resolve(value, SCOPE)


keys = st.text(min_size=1).filter(lambda key: key not in ("Ref", "Condition") and not key.startswith("Fn::"))
plain_data = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(plain_data)
def test_plain_data_passes_through(value: Any) -> None:
    assert resolve(value, SCOPE) == value


@given(st.lists(st.text(alphabet="abc-", min_size=0, max_size=5), min_size=1), st.sampled_from([",", "|", "::"]))
def test_split_undoes_join(words: list[str], between: str) -> None:
    joined = {"Fn::Join": [between, words]}
    assert resolve({"Fn::Split": [between, joined]}, SCOPE) == words


@given(plain_data, st.integers(0, 5))
def test_a_function_at_any_depth_is_resolved(value: Any, depth: int) -> None:
    wrapped: Any = {"x": value, "y": {"Ref": "Env"}}
    for level in range(depth):
        wrapped = [wrapped] if level % 2 else {"deep": wrapped, "more": 1}
    assert "Ref" not in str(resolve(wrapped, SCOPE)).replace(str(value), "")


@given(st.text())
def test_substitution_never_reads_its_own_result(word: str) -> None:
    """A value that looks like a placeholder is text."""

    class Odd(Names):
        refs: ClassVar[dict[str, Any]] = {"Word": word, "Env": "never"}

    if "${!" not in word:  # the one escape there is
        assert resolve({"Fn::Sub": "<${Word}>"}, Odd()) == f"<{word}>"


def test_what_is_known_only_later_stays_so() -> None:
    class Unmade(Names):
        def attribute(self, logical_id: str, name: str) -> Any:
            return LATER

    arn = {"Fn::GetAtt": "Queue.Arn"}
    for value in (arn, {"Fn::Select": [5, {"Fn::Split": [":", arn]}]}, {"Fn::Join": [",", arn]}, {"Fn::Base64": arn}):
        assert resolve(value, Unmade()) == LATER
    assert LATER in resolve({"Fn::Sub": "arn ${Queue.Arn}"}, Unmade())

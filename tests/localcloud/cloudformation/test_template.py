"""Templates as text: JSON and YAML mean the same, and neither can do more than be data."""

from __future__ import annotations

import json
from typing import Any

import cfn_flip
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.loading import load
from localcloud.cloudformation.parameters import given_values, referred
from localcloud.cloudformation.template import parse

YAML = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${AWS::StackName}-queue"
      Tags:
        - {Key: Arn, Value: !GetAtt Other.Endpoint.Port}
        - {Key: Made, Value: 2012-10-17}
        - {Key: Which, Value: !If [Yes, !Ref A, !Join ["-", [a, b]]]}
"""


def test_short_forms_are_data() -> None:
    properties = load(YAML)["Resources"]["Queue"]["Properties"]
    assert properties["QueueName"] == {"Fn::Sub": "${AWS::StackName}-queue"}
    values = [tag["Value"] for tag in properties["Tags"]]
    assert values[0] == {"Fn::GetAtt": ["Other", "Endpoint.Port"]}
    assert values[1] == "2012-10-17"
    assert values[2]["Fn::If"][1:] == [{"Ref": "A"}, {"Fn::Join": ["-", ["a", "b"]]}]


@pytest.mark.parametrize(
    "text",
    [
        "Resources: !!python/object/apply:os.system ['true']",
        "Resources: !Surprise x",
        "Resources: {a: 1",
        '{"Resources": {"A": 1}, "Resources": {}}',
        "a: 1\na: 2",
        "{1,",
        "? [a, b]\n: 1",
        "- a\n- b",
        "just text",
        "[" * 3000,
    ],
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(text)


plain = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[A-Z][a-z]{1,6}", fullmatch=True), inner)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.from_regex(r"[A-Z][a-z]{1,6}", fullmatch=True), plain, min_size=1))
def test_json_and_yaml_mean_the_same(metadata: dict[str, Any]) -> None:
    body = json.dumps({"Metadata": metadata, "Resources": {"A": {"Type": "AWS::SQS::Queue"}}})
    assert load(cfn_flip.to_yaml(body)) == load(body) == json.loads(body)


def declared(**parameter: Any) -> Any:
    return parse(json.dumps({"Parameters": {"P": parameter}, "Resources": {"A": {"Type": "AWS::SQS::Queue"}}}))


def value(text: str | None) -> list[dict[str, Any]]:
    return [] if text is None else [{"ParameterKey": "P", "ParameterValue": text}]


@pytest.mark.parametrize(
    ("parameter", "given_now", "message"),
    [
        ({"Type": "String"}, None, "Parameters: [P] must have values"),
        ({"Type": "Number"}, "x", "Parameter 'P' must be a number"),
        ({"Type": "Number", "MinValue": 3}, "2", "Parameter 'P' must be a number not less than 3"),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues [a, b]"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A", "Parameter 'P' must match pattern [a-z]+"),
        ({"Type": "String", "MaxLength": 2, "ConstraintDescription": "short"}, "abc",
         "Parameter P failed to satisfy constraint: short"),
    ],
)  # fmt: skip
def test_a_parameter_that_is_not_allowed(parameter: dict[str, Any], given_now: str | None, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        given_values(declared(**parameter), value(given_now), {})
    assert error.value.message == message


def test_an_unknown_parameter_and_a_previous_one() -> None:
    template = declared(Type="CommaDelimitedList")
    with pytest.raises(ValidationError, match=r"Parameters: \[Q\] do not exist in the template"):
        given_values(template, [{"ParameterKey": "Q", "ParameterValue": "x"}], {})
    kept = given_values(template, [{"ParameterKey": "P", "UsePreviousValue": True}], {"P": {"value": "a, b"}})
    assert referred(template.parameters["P"], kept["P"]) == ["a", "b"]

"""A template is data, and only so much of it: no tag makes an object, nothing multiplies, sizes are AWS's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.loading import load
from localcloud.cloudformation.template import BODY_LIMIT, URL_LIMIT, parse
from localcloud.cloudformation.validation import validate
from tests.localcloud.cloudformation.cloud import Cloud
from tests.localcloud.cloudformation.small_stacks import HANDLE

TAGS = [
    "!!python/object/apply:os.system ['touch /tmp/x']", "!!python/name:os.system", "!!python/module:os",
    "!!python/object/new:dict []", "!!python/tuple [1]", "!!binary YQ==", "!!set {a}", "!!omap [a: 1]",
    "!!pairs [a: 1]", "!!timestamp 2001-12-14", "!<tag:yaml.org,2002:python/name:os.system> x", "!Unknown x",
]  # fmt: skip


@pytest.mark.parametrize("tagged", TAGS)
def test_no_tag_makes_an_object(tagged: str) -> None:
    with pytest.raises(ValidationError, match="YAML not well-formed"):
        load(f"Resources: {tagged}")


LAUGHS = "\n".join(["a0: &a0 [lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize("text", [LAUGHS, "a: &a [*a]", "a: &a {b: 1}\nc: {<<: *a}"])
def test_aliases_are_refused_as_on_aws(text: str) -> None:
    with pytest.raises(ValidationError) as error:
        load(text)
    assert error.value.message == "Template format error: YAML aliases are not allowed in CloudFormation templates"


def test_an_anchor_nobody_refers_to_is_no_matter() -> None:
    assert load("a: &a 1") == {"a": 1}


@pytest.mark.parametrize("deep", ['{"a":' * 200 + "1" + "}" * 200, "{a: " * 200 + "1" + "}" * 200, "[" * 20_000])
def test_depth_is_bounded(cloud: Cloud, deep: str) -> None:
    for text in (deep, f'{{"Metadata": {deep}'):
        with pytest.raises(ClientError) as error:
            cloud.cfn.create_stack(StackName="web", TemplateBody=text)
        assert error.value.response["Error"]["Code"] == "ValidationError"


def padded(size: int) -> str:
    """A template of that many bytes."""
    empty = json.dumps({**HANDLE, "Metadata": {"a": ""}})
    return json.dumps({**HANDLE, "Metadata": {"a": "x" * (size - len(empty))}})


def test_a_body_of_51200_bytes_and_not_one_more(cloud: Cloud) -> None:
    assert len(padded(BODY_LIMIT)) == BODY_LIMIT == 51_200
    cloud.cfn.validate_template(TemplateBody=padded(BODY_LIMIT))
    with pytest.raises(ClientError, match="Member must have length less than or equal to 51200"):
        cloud.cfn.validate_template(TemplateBody=padded(BODY_LIMIT + 1))


def test_a_template_in_s3_of_a_megabyte_and_not_one_byte_more(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="templates")
    for name, size in (("fits", URL_LIMIT), ("over", URL_LIMIT + 1)):
        s3.put_object(Bucket="templates", Key=name, Body=padded(size).encode())
    cloud.cfn.create_stack(StackName="web", TemplateURL=f"{cloud.url}/templates/fits")
    assert cloud.settled("web") == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match=r"may not exceed \d+ bytes in size"):
        cloud.cfn.create_stack(StackName="more", TemplateURL=f"{cloud.url}/templates/over")


@pytest.mark.parametrize(
    ("section", "entry", "most"),
    [
        ("Resources", {"Type": "AWS::CloudFormation::WaitConditionHandle"}, 500),
        ("Parameters", {"Type": "String", "Default": "a"}, 200),
        ("Outputs", {"Value": "a"}, 200),
        ("Mappings", {"a": {"b": "c"}}, 200),
    ],
)
def test_how_much_a_template_may_hold(section: str, entry: dict[str, Any], most: int) -> None:
    def holding(count: int) -> Any:
        return parse(json.dumps({**HANDLE, section: {f"Entry{n}": entry for n in range(count)}}))

    validate(holding(most))
    with pytest.raises(ValidationError) as error:
        validate(holding(most + 1))
    told = f"Number of {section.lower()}, {most + 1}, is greater than maximum allowed, {most}"
    assert error.value.message == f"Template format error: {told}"


def test_how_long_a_description_may_be() -> None:
    validate(parse(json.dumps({**HANDLE, "Description": "x" * 1024})))
    with pytest.raises(ValidationError, match="'Description' length is greater than 1024"):
        validate(parse(json.dumps({**HANDLE, "Description": "x" * 1025})))

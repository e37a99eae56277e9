"""Who may do what, by policies alone: AWS's documented logic."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.access.caller import NOBODY, Caller, Principal
from localcloud.access.evaluation import Rights, refusal, role_may_be_assumed, service_refused
from localcloud.access.people import OPERATOR
from localcloud.access.policy import Ask

ACCOUNT = "123456789012"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/i-1"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
USER = Principal(Caller(ACCOUNT, USER_ARN, "AIDA1"), frozenset((USER_ARN,)))
ROLE = Principal(Caller(ACCOUNT, SESSION_ARN, "AROA1:i-1", "i-1"), frozenset((ROLE_ARN, SESSION_ARN)))
OBJECT = "arn:aws:s3:::bucket/in/x"
GET = Ask("s3:GetObject", OBJECT, {"aws:username": ("ann",), "aws:securetransport": ("true",)})

Statement = dict[str, Any]


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def why(*statements: Statement, ask: Ask = GET, who: Principal = USER, **more: Any) -> str | None:
    return refusal(ask, who, Rights([policy(*statements)], more.get("boundary")), more.get("resource"))


MATCHES = [
    (allow(), True),
    (allow("s3:getobject"), True),
    (allow("s3:Get*"), True),
    (allow("s3:GetObjec?"), True),
    (allow("*"), True),
    (allow(["s3:PutObject", "s3:GetObject"]), True),
    (allow("s3:PutObject"), False),
    (allow("sqs:*"), False),
    (allow(resource="arn:aws:s3:::bucket/*"), True),
    (allow(resource=["arn:aws:s3:::other/*", "arn:aws:s3:::bucket/in/?"]), True),
    (allow(resource="arn:aws:s3:::bucket/IN/*"), False),
    (allow(resource="arn:aws:s3:::bucket"), False),
    (allow(resource="arn:aws:s3:::bucket/${aws:username}/x"), False),
    (allow(resource="arn:aws:s3:::bucket/${no:such, 'in'}/x"), True),
    (allow(resource="arn:aws:s3:::bucket/${no:such}/x"), False),
    ({"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}, True),
    ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, False),
    ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}, True),
    ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::bucket/*"}, False),
]


@pytest.mark.parametrize(("statement", "fits"), MATCHES)
def test_what_a_statement_is_about(statement: Statement, fits: bool) -> None:
    assert (why(statement) is None) == fits


KEYS = {
    "aws:username": ("ann",),
    "s3:prefix": ("in/a",),
    "aws:sourceip": ("10.1.2.3",),
    "aws:currenttime": ("2026-01-02T03:04:05Z",),
    "aws:securetransport": ("true",),
    "s3:max-keys": ("10",),
    "aws:tagkeys": ("a", "b"),
    "aws:sourcearn": ("arn:aws:s3:::bucket",),
    "x:literal": ("a*",),
}
CONDITIONS = [
    ({"StringEquals": {"aws:username": "ann"}}, True),
    ({"StringEquals": {"AWS:UserName": ["bob", "ann"]}}, True),
    ({"StringEquals": {"aws:username": "Ann"}}, False),
    ({"StringEqualsIgnoreCase": {"aws:username": "Ann"}}, True),
    ({"StringNotEquals": {"aws:username": ["bob", "ann"]}}, False),
    ({"StringNotEquals": {"aws:username": ["bob", "eve"]}}, True),
    ({"StringNotEquals": {"no:such": "x"}}, True),
    ({"StringEquals": {"no:such": "x"}}, False),
    ({"StringEqualsIfExists": {"no:such": "x"}}, True),
    ({"StringEqualsIfExists": {"aws:username": "x"}}, False),
    ({"StringLike": {"s3:prefix": ["out/*", "in/*"]}}, True),
    ({"StringLike": {"s3:prefix": "${aws:username}/*"}}, False),
    ({"StringNotLike": {"s3:prefix": "in/*"}}, False),
    ({"StringEquals": {"x:literal": "a*"}}, True),
    ({"StringEquals": {"x:literal": "a${*}"}}, True),
    ({"StringEquals": {"aws:username": "a*"}}, False),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, True),
    ({"NumericGreaterThan": {"s3:max-keys": 10}}, False),
    ({"NumericEquals": {"aws:username": "10"}}, False),
    ({"NumericNotEquals": {"s3:max-keys": "11"}}, True),
    ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2026-01-01"}}, False),
    ({"DateLessThan": {"aws:CurrentTime": "1900000000"}}, True),
    ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ({"Bool": {"aws:SecureTransport": False}}, False),
    ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
    ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, True),
    ({"Null": {"aws:MultiFactorAuthPresent": "true"}}, True),
    ({"Null": {"aws:username": "true"}}, False),
    ({"Null": {"aws:username": "false"}}, True),
    ({"IpAddress": {"aws:SourceIp": ["192.168.0.0/16", "10.0.0.0/8"]}}, True),
    ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:buck*"}}, True),
    ({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, True),
    ({"ArnLike": {"aws:SourceArn": "arn:*:bucket"}}, False),
    ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::other"}}, True),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}}, True),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, False),
    ({"ForAllValues:StringEquals": {"no:such": ["a"]}}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["b", "c"]}}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["c"]}}, False),
    ({"ForAnyValue:StringEquals": {"no:such": ["a"]}}, False),
    ({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["c"]}}, True),
    ({"StringEquals": {"aws:username": "ann"}, "Bool": {"aws:SecureTransport": "false"}}, False),
    ({"StringEquals": {"aws:username": "ann", "s3:prefix": "in/a"}}, True),
    ({"BinaryEquals": {"no:such": "QQ=="}}, False),
    ({"StringResembles": {"aws:username": "ann"}}, False),
]


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS)
def test_conditions(condition: dict[str, Any], holds: bool) -> None:
    ask = Ask("s3:GetObject", OBJECT, KEYS)
    assert (why(allow(Condition=condition), ask=ask) is None) == holds


def test_what_cannot_be_judged_forbids() -> None:
    assert why(allow(), deny(Condition={"StringResembles": {"aws:username": "x"}})) is not None


def test_what_a_caller_chose_is_no_wildcard() -> None:
    ask = Ask("s3:GetObject", OBJECT, {"aws:username": ("*",)})
    assert why(allow(resource="arn:aws:s3:::bucket/${aws:username}"), ask=ask) is not None


def test_reasons_are_worded_as_on_aws() -> None:
    assert why() == "because no identity-based policy allows the s3:GetObject action"
    assert why(allow(), deny()) == "with an explicit deny in an identity-based policy"
    forbidding = policy(deny(Principal="*"))
    assert why(allow(), resource=forbidding) == "with an explicit deny in a resource-based policy"
    said = "because no permissions boundary allows the s3:GetObject action"
    assert why(allow(), boundary=policy(allow("s3:PutObject"))) == said
    assert why(allow(), boundary=policy(deny())) == "with an explicit deny in a permissions boundary"
    narrowed = Principal(ROLE.caller, ROLE.identities, narrowed=True, session_policies=(policy(allow("sqs:*")),))
    assert why(allow(), who=narrowed) == "because no session policy allows the s3:GetObject action"
    assert why(who=NOBODY) == "because no resource-based policy allows the s3:GetObject action"


def by(*principals: str, kind: str = "AWS") -> dict[str, Any]:
    return {"Principal": {kind: list(principals)}}


def test_a_resource_lets_in_whom_it_names() -> None:
    for who, names in ((USER, [USER_ARN, "*"]), (ROLE, [ROLE_ARN, SESSION_ARN, "*"])):
        for name in names:
            assert why(who=who, resource=policy(allow(**by(name)))) is None
    assert why(resource=policy(allow(**by(ROLE_ARN)))) is not None
    assert why(who=NOBODY, resource=policy(allow(Principal="*"))) is None
    assert why(who=NOBODY, resource=policy(allow(**by(ROOT_ARN)))) is not None


def test_the_account_itself_only_leaves_it_to_its_own_policies() -> None:
    for name in (ACCOUNT, ROOT_ARN):
        assert why(resource=policy(allow(**by(name)))) is not None
        assert why(allow(), resource=policy(allow(**by(name)))) is None
        assert why(allow(), resource=policy(deny(**by(name)))) is not None


def test_what_is_given_to_a_role_its_boundary_narrows_and_what_is_given_to_a_session_not() -> None:
    boundary = policy(allow("sqs:*"))
    assert why(who=ROLE, resource=policy(allow(**by(ROLE_ARN))), boundary=boundary) is not None
    assert why(who=ROLE, resource=policy(allow(**by(SESSION_ARN))), boundary=boundary) is None


def test_root_may_everything_that_no_resource_forbids() -> None:
    assert why(who=OPERATOR) is None
    assert why(who=OPERATOR, resource=policy(deny(Principal="*"))) is not None
    assert why(who=OPERATOR, resource=policy(deny(**by(USER_ARN)))) is None


def test_all_but_some_are_refused() -> None:
    but_ann = {"NotPrincipal": {"AWS": [USER_ARN, ROOT_ARN]}}
    assert why(allow(), resource=policy(deny(**but_ann))) is None
    assert why(allow(), who=ROLE, resource=policy(deny(**but_ann))) is not None


def test_where_the_resource_is_not_known_only_a_general_deny_forbids() -> None:
    unknown = Ask("ec2:RunInstances", None)
    assert why(allow("ec2:*", "arn:aws:ec2:*:*:subnet/x"), ask=unknown) is None
    assert why(allow("ec2:*"), deny("ec2:*", "arn:aws:ec2:*:*:subnet/x"), ask=unknown) is None
    assert why(allow("ec2:*"), deny("ec2:Run*"), ask=unknown) is not None
    assert why(allow("s3:*"), ask=unknown) is not None


def test_a_role_is_assumed_by_whom_it_trusts() -> None:
    ask = Ask("sts:AssumeRole", ROLE_ARN, {"sts:externalid": ("e",)})

    def refused(trust: str, *own: Statement) -> str | None:
        return role_may_be_assumed(ask, USER, Rights([policy(*own)]), trust)

    def trusting(name: str, **more: Any) -> str:
        return policy({"Effect": "Allow", "Action": "sts:AssumeRole", **by(name), **more})

    assert refused(trusting(USER_ARN)) is None
    assert refused(trusting(ROOT_ARN)) is not None
    assert refused(trusting(ROOT_ARN), allow("sts:AssumeRole")) is None
    assert refused(trusting(f"{USER_ARN}2"), allow("*")) is not None
    assert refused(trusting(USER_ARN, Condition={"StringEquals": {"sts:ExternalId": "f"}})) is not None


def test_services_may_what_the_resource_lets_them() -> None:
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    ask = Ask("sqs:SendMessage", queue, {"aws:sourcearn": ("arn:aws:s3:::bucket",), "aws:sourceaccount": (ACCOUNT,)})
    from_bucket = {"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}}
    s3 = by("s3.amazonaws.com", kind="Service")
    assert not service_refused("s3.amazonaws.com", ask, policy(allow("sqs:SendMessage", queue, **s3, **from_bucket)))
    assert service_refused("sns.amazonaws.com", ask, policy(allow("sqs:SendMessage", queue, **s3)))
    other = Ask(ask.action, queue, {"aws:sourcearn": ("arn:aws:s3:::other",)})
    assert service_refused("s3.amazonaws.com", other, policy(allow("sqs:SendMessage", queue, **s3, **from_bucket)))
    assert service_refused("s3.amazonaws.com", ask, None)
    assert service_refused("s3.amazonaws.com", ask, policy(allow("sqs:*", **s3), deny("sqs:*", Principal="*")))


STATEMENTS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect, "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})
    },
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["*", "s3:*", "s3:Get*", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from(["*", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/${aws:username}/*", "arn:aws:s3:::other/*"]),
    st.sampled_from([None, {"Bool": {"aws:SecureTransport": "false"}}, {"StringLike": {"aws:username": "a*"}}]),
)  # fmt: skip
POLICIES = st.lists(STATEMENTS, max_size=5)
CALLERS = st.sampled_from([USER, ROLE, OPERATOR])
ASKS = st.builds(
    lambda action, resource: Ask(action, resource, GET.keys),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from([OBJECT, "arn:aws:s3:::bucket/ann/x", "arn:aws:s3:::other/x", None]),
)


@given(POLICIES, POLICIES, CALLERS, ASKS, STATEMENTS)
def test_a_deny_more_never_allows_more(
    own: list[Any], resource: list[Any], who: Principal, ask: Ask, more: dict[str, Any]
) -> None:
    of_resource = policy(*({**each, "Principal": "*"} for each in resource))
    forbidding = {**more, "Effect": "Deny"}
    if why(*own, ask=ask, who=who, resource=of_resource) is not None:
        assert why(*own, forbidding, ask=ask, who=who, resource=of_resource) is not None


@given(POLICIES, CALLERS, ASKS, st.randoms())
def test_the_order_of_statements_does_not_matter(own: list[Any], who: Principal, ask: Ask, random: Any) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)
    assert why(*own, ask=ask, who=who) == why(*shuffled, ask=ask, who=who)


@given(POLICIES, POLICIES, ASKS)
def test_a_boundary_never_allows_what_was_not(own: list[Any], boundary: list[Any], ask: Ask) -> None:
    if why(*own, ask=ask) is not None:
        assert why(*own, ask=ask, boundary=policy(*boundary)) is not None

"""Domains, types, tags, and what is refused with which words."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.swf import Limits
from localcloud.swf.calls import CALLS
from localcloud.swf.calls.tasks import POLLS
from localcloud.swf.validation import model
from tests.localcloud.swf.cloud import (
    ACTIVITY,
    COMPLETE,
    DOMAIN,
    WORKFLOW,
    Cloud,
    activity,
    answer,
    decide,
    decision,
    last,
    names,
    poll,
    start,
    work,
)  # fmt: skip


def refused(call: Callable[..., Any], *words: str, **asked: Any) -> str:
    """The code of the refusal, whose message has the words."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response["Error"]
    for word in words:
        assert word in error["Message"], error
    return str(error["Code"])


def test_every_action_of_the_model_is_answered() -> None:
    assert set(CALLS) | set(POLLS) == set(model().operation_names)


def test_domains(swf: Any) -> None:
    assert refused(swf.register_domain, DOMAIN, name=DOMAIN, workflowExecutionRetentionPeriodInDays="1") == (
        "DomainAlreadyExistsFault"
    )
    tags = [{"key": "k", "value": "v"}]
    swf.register_domain(name="b", description="d", workflowExecutionRetentionPeriodInDays="NONE", tags=tags)
    shown = swf.describe_domain(name="b")
    arn = shown["domainInfo"]["arn"]
    assert shown["domainInfo"]["description"] == "d" and arn.endswith(":/domain/b")
    assert shown["configuration"]["workflowExecutionRetentionPeriodInDays"] == "NONE"
    swf.tag_resource(resourceArn=arn, tags=[{"key": "l", "value": "w"}])
    swf.untag_resource(resourceArn=arn, tagKeys=["k"])
    assert swf.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "l", "value": "w"}]
    swf.register_workflow_type(domain="b", **WORKFLOW)
    swf.deprecate_domain(name="b")
    assert refused(swf.deprecate_domain, "b", name="b") == "DomainDeprecatedFault"
    assert refused(swf.register_activity_type, "b", domain="b", **ACTIVITY) == "UnknownResourceFault"
    assert refused(start, "b", swf=swf, domain="b") == "UnknownResourceFault"
    assert [d["name"] for d in swf.list_domains(registrationStatus="DEPRECATED")["domainInfos"]] == ["b"]
    assert swf.describe_workflow_type(domain="b", workflowType=WORKFLOW)["typeInfo"]["status"] == "DEPRECATED"
    swf.undeprecate_domain(name="b")
    assert refused(swf.undeprecate_domain, name="b") == "DomainAlreadyExistsFault"
    assert refused(swf.describe_domain, "Unknown domain: nope", name="nope") == "UnknownResourceFault"
    far = arn.replace("us-east-1", "eu-west-1")
    assert refused(swf.list_tags_for_resource, far, resourceArn=far) == "UnknownResourceFault"


@pytest.mark.parametrize("kind", ["workflow", "activity"])
def test_types(swf: Any, kind: str) -> None:
    def do(verb: str) -> Any:
        return getattr(swf, f"{verb}_{kind}_type")

    type_ = {f"{kind}Type": {"name": "New", "version": "2"}}
    do("register")(domain=DOMAIN, name="New", version="2", description="d", defaultTaskPriority="7")
    assert refused(do("register"), "Type=[name=New, version=2]", domain=DOMAIN, name="New", version="2") == (
        "TypeAlreadyExistsFault"
    )
    shown = do("describe")(domain=DOMAIN, **type_)
    assert shown["typeInfo"]["description"] == "d" and shown["configuration"] == {"defaultTaskPriority": "7"}
    assert refused(do("delete"), domain=DOMAIN, **type_) == "TypeNotDeprecatedFault"
    assert refused(do("undeprecate"), domain=DOMAIN, **type_) == "TypeAlreadyExistsFault"
    do("deprecate")(domain=DOMAIN, **type_)
    assert refused(do("deprecate"), domain=DOMAIN, **type_) == "TypeDeprecatedFault"
    listing = getattr(swf, f"list_{kind}_types")
    found = listing(domain=DOMAIN, registrationStatus="DEPRECATED")["typeInfos"]
    assert [(info[f"{kind}Type"], "deprecationDate" in info) for info in found] == [(type_[f"{kind}Type"], True)]
    do("undeprecate")(domain=DOMAIN, **type_)
    assert "deprecationDate" not in do("describe")(domain=DOMAIN, **type_)["typeInfo"]
    do("deprecate")(domain=DOMAIN, **type_)
    do("delete")(domain=DOMAIN, **type_)
    assert refused(do("describe"), "Unknown type: ", domain=DOMAIN, **type_) == "UnknownResourceFault"


def test_types_in_pages_both_ways(swf: Any) -> None:
    for number in range(9):
        swf.register_activity_type(domain=DOMAIN, name=f"T{number // 3}", version=str(number))
    for back in (False, True):
        paginator = swf.get_paginator("list_activity_types")
        asked = {"domain": DOMAIN, "registrationStatus": "REGISTERED", "maximumPageSize": 4, "reverseOrder": back}
        found = [(i["activityType"]["name"], i["activityType"]["version"]) for page in paginator.paginate(**asked)
                 for i in page["typeInfos"]]  # fmt: skip
        assert found == sorted([("PingWorker", "1"), *((f"T{n // 3}", str(n)) for n in range(9))], reverse=back)
        assert len(swf.list_activity_types(name="T1", **asked)["typeInfos"]) == 3
    for letter in "abc":
        swf.register_domain(name=letter, workflowExecutionRetentionPeriodInDays="1")
    pages = swf.get_paginator("list_domains").paginate(
        registrationStatus="REGISTERED", maximumPageSize=3, reverseOrder=True
    )
    assert [info["name"] for page in pages for info in page["domainInfos"]] == ["c", "b", "a", DOMAIN]


def test_starts_that_are_refused(swf: Any) -> None:
    run = start(swf)
    assert refused(start, "Already Started", swf=swf) == "WorkflowExecutionAlreadyStartedFault"
    swf.register_workflow_type(domain=DOMAIN, name="Bare", version="1")
    bare = {"swf": swf, "workflow_id": "b", "workflowType": {"name": "Bare", "version": "1"}}
    assert refused(start, "executionStartToCloseTimeout", **bare) == "DefaultUndefinedFault"
    assert refused(start, "taskList", executionStartToCloseTimeout="1", **bare) == "DefaultUndefinedFault"
    swf.deprecate_workflow_type(domain=DOMAIN, workflowType={"name": "Bare", "version": "1"})
    assert refused(start, "WorkflowType=[name=Bare, version=1]", **bare) == "TypeDeprecatedFault"
    no = {"workflowType": {"name": "No", "version": "1"}}
    assert (
        refused(start, "Unknown type: WorkflowType=[name=No", swf=swf, workflow_id="b", **no) == "UnknownResourceFault"
    )
    assert refused(start, "Unknown domain: x", swf=swf, domain="x") == "UnknownResourceFault"
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="one")
    assert refused(
        swf.terminate_workflow_execution, "Unknown execution, workflowId = one", domain=DOMAIN, workflowId="one"
    )
    words = f"Unknown execution: WorkflowExecution=[workflowId=one, runId={run}]"
    assert refused(
        swf.signal_workflow_execution, words, domain=DOMAIN, workflowId="one", runId=run, signalName="s"
    ) == ("UnknownResourceFault")


def test_tokens_that_are_refused(swf: Any) -> None:
    assert refused(swf.respond_activity_task_completed, "Invalid token", taskToken="nonsense") == "ValidationException"
    run = start(swf)
    task = decide(swf, activity("a"))
    assert refused(swf.respond_activity_task_completed, "Invalid token", taskToken=task["taskToken"]) == (
        "ValidationException"
    )
    words = "Unknown decision task, scheduledEventId = 2"
    assert refused(swf.respond_decision_task_completed, words, taskToken=task["taskToken"]) == "UnknownResourceFault"
    held = work(swf)
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="one")
    words = f"Unknown execution: WorkflowExecution=[workflowId=one, runId={run}]"
    assert refused(swf.record_activity_task_heartbeat, words, taskToken=held["taskToken"]) == "UnknownResourceFault"


def test_a_refused_list_of_decisions_changes_nothing(swf: Any) -> None:
    run = start(swf)
    task = poll(swf)
    marker = decision("RecordMarker", markerName="m")
    respond = swf.respond_decision_task_completed
    assert refused(
        respond, "Close must be last decision in list", taskToken=task["taskToken"], decisions=[COMPLETE, marker]
    )
    missing = [marker, {"decisionType": "StartTimer"}]
    where = "Value null at 'decisions.2.member.startTimerDecisionAttributes'"
    assert refused(respond, where, taskToken=task["taskToken"], decisions=missing) == "ValidationException"
    odd = [marker, decision("StartTimer", timerId="a:b", startToFireTimeout="soon")]
    where = "'decisions.2.member.startTimerDecisionAttributes.timerId'"
    assert refused(respond, "2 validation errors", where, taskToken=task["taskToken"], decisions=odd)
    answer(swf, task, COMPLETE)
    assert last(swf, "one", run, "WorkflowExecutionCompleted")["result"] == "done"


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({}, "ValidationException", "2 validation errors detected: Value null at 'domain'"),
        ({"domain": "d" * 257, "registrationStatus": "REGISTERED"}, "ValidationException", "less than or equal to 256"),
        ({"domain": "", "registrationStatus": "REGISTERED"}, "ValidationException", "greater than or equal to 1"),
        (
            {"domain": DOMAIN, "registrationStatus": "OLD"},
            "ValidationException",
            "enum value set: [REGISTERED, DEPRECATED]",
        ),
        (
            {"domain": DOMAIN, "registrationStatus": "DEPRECATED", "maximumPageSize": 1001},
            "ValidationException",
            "1000",
        ),
        (
            {"domain": DOMAIN, "registrationStatus": "DEPRECATED", "nextPageToken": "x"},
            "ValidationException",
            "Invalid token",
        ),
        ({"domain": 5}, "SerializationException", "domain: expected string"),
        ([], "SerializationException", "expected structure"),
        ("not json", "SerializationException", "not JSON"),
    ],
)
def test_requests_judged_by_the_model(cloud: Cloud, asked: Any, code: str, words: str) -> None:
    body = asked.encode() if isinstance(asked, str) else json.dumps(asked).encode()
    status, answer_ = raw(cloud, "ListWorkflowTypes", body)
    assert status == 400 and answer_["__type"].endswith(f"#{code}") and words in answer_["message"]


def test_unknown_action(cloud: Cloud) -> None:
    assert raw(cloud, "Dance", b"{}") == (
        400,
        {"__type": "com.amazon.coral.service#UnknownOperationException", "message": "SWF has no action 'Dance'"},
    )


def raw(cloud: Cloud, action: str, body: bytes) -> tuple[int, Any]:
    request = urllib.request.Request(cloud.endpoint, body, {"X-Amz-Target": f"SimpleWorkflowService.{action}"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_limits(limited: Any) -> None:
    small = Limits(
        domains=2, types=2, open_executions=2, open_activities=1, open_timers=1, open_children=1, events=40, tags=1
    )
    swf = limited(small)
    full = "LimitExceededFault"
    swf.register_activity_type(domain=DOMAIN, name="x", version="1")
    assert refused(swf.register_activity_type, domain=DOMAIN, name="y", version="1") == full
    days = {"workflowExecutionRetentionPeriodInDays": "1"}
    two = [{"key": "a", "value": ""}, {"key": "b", "value": ""}]
    assert refused(swf.register_domain, name="b", tags=two, **days) == "TooManyTagsFault"
    swf.register_domain(name="b", **days)
    assert refused(swf.register_domain, name="c", **days) == full
    run = start(swf)
    timer = decision("StartTimer", timerId="t", startToFireTimeout="99")
    other = decision("StartTimer", timerId="u", startToFireTimeout="99")
    child = decision("StartChildWorkflowExecution", workflowId="c", workflowType=WORKFLOW, taskList={"name": "c"})
    another = decision("StartChildWorkflowExecution", workflowId="d", workflowType=WORKFLOW)
    decide(swf, activity("a"), activity("b"), timer, other, child, another)
    assert last(swf, "one", run, "ScheduleActivityTaskFailed")["cause"] == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    assert last(swf, "one", run, "StartTimerFailed")["cause"] == "OPEN_TIMERS_LIMIT_EXCEEDED"
    assert last(swf, "one", run, "StartChildWorkflowExecutionFailed")["cause"] == "OPEN_CHILDREN_LIMIT_EXCEEDED"
    assert refused(start, swf=swf, workflow_id="three") == full
    decide(swf, another, task_list="c")
    decide(swf, *[decision("RecordMarker", markerName="m")] * 40)
    assert last(swf, "one", run, "WorkflowExecutionTerminated")["cause"] == "EVENT_LIMIT_EXCEEDED"
    assert len(names(swf, "one", run)) == 41, "no decision was carried out any more, and then came the end"


def test_the_limit_of_events_holds_whatever_adds_them(limited: Any) -> None:
    swf = limited(Limits(events=8))
    run = start(swf)
    decide(swf, decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW))
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="the eighth")
    shown = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "one", "runId": run})
    assert shown["executionInfo"]["closeStatus"] == "TERMINATED"
    assert last(swf, "one", run, "WorkflowExecutionTerminated")["cause"] == "EVENT_LIMIT_EXCEEDED"
    ended = swf.list_closed_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]
    assert {info["execution"]["workflowId"]: info["closeStatus"] for info in ended} == {
        "one": "TERMINATED", "child": "TERMINATED"}  # fmt: skip


def test_what_is_too_long(cloud: Cloud) -> None:
    swf = cloud.client
    start(swf, input="x" * 32_768)
    assert refused(start, "less than or equal to 32768", swf=swf, workflow_id="b", input="x" * 32_769) == (
        "ValidationException"
    )
    assert refused(start, "less than or equal to 5", swf=swf, workflow_id="b", tagList=list("abcdef"))
    status, told = raw(cloud, "ListDomains", json.dumps({"registrationStatus": "x" * 1_100_000}).encode())
    assert (status, told["__type"].partition("#")[2]) == (413, "RequestEntityTooLargeException")


def test_functions_that_there_are_not(swf: Any) -> None:
    """As AWS answers a decision for AWS Lambda in a region without it, or of an execution without a role for it."""
    swf.start_workflow_execution(
        domain=DOMAIN, workflowId="role", workflowType=WORKFLOW, lambdaRole="arn:aws:iam::123456789012:role/r",
        taskList={"name": "r"},
    )  # fmt: skip
    function = decision("ScheduleLambdaFunction", id="1", name="f")
    task = decide(swf, function, task_list="r")
    failed = last(swf, "role", task["workflowExecution"]["runId"], "ScheduleLambdaFunctionFailed")
    assert failed["cause"] == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    run = start(swf)
    decide(swf, function)
    assert last(swf, "one", run, "StartLambdaFunctionFailed")["cause"] == "ASSUME_ROLE_FAILED"
    assert poll(swf)["taskToken"], "the decider hears of it"

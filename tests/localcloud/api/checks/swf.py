"""SWF: domains, types, executions from outside, what can be listed and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.localcloud.api.check import At, check, refused

TYPE = {"name": "Check", "version": "1"}
LONG_AGO = {"oldestDate": datetime.now(UTC) - timedelta(days=1)}


def domain(at: At) -> tuple[Any, str]:
    """A client, and a domain of the check's own with a workflow type and an activity type, all defaults given."""
    swf, name = at("swf"), at.name()
    swf.register_domain(name=name, workflowExecutionRetentionPeriodInDays="7")
    swf.register_workflow_type(
        domain=name, **TYPE, defaultTaskList={"name": "list"}, defaultTaskStartToCloseTimeout="30",
        defaultExecutionStartToCloseTimeout="300", defaultChildPolicy="TERMINATE",
    )  # fmt: skip
    swf.register_activity_type(
        domain=name, **TYPE, defaultTaskList={"name": "list"}, defaultTaskStartToCloseTimeout="30",
        defaultTaskScheduleToStartTimeout="30", defaultTaskScheduleToCloseTimeout="60",
        defaultTaskHeartbeatTimeout="NONE",
    )  # fmt: skip
    return swf, name


def start(swf: Any, name: str, workflow: str, **more: Any) -> dict[str, str]:
    """Start an execution; how it is named to other calls."""
    run = swf.start_workflow_execution(domain=name, workflowId=workflow, workflowType=TYPE, **more)["runId"]
    return {"workflowId": workflow, "runId": run}


@check("swf", "RegisterDomain DescribeDomain ListDomains DeprecateDomain UndeprecateDomain")
def domains(at: At) -> None:
    """A domain is registered once, listed in pages, deprecated, and taken into use again"""
    swf, name = domain(at)
    again = refused(swf.register_domain, name=name, workflowExecutionRetentionPeriodInDays="7")
    assert again == "DomainAlreadyExistsFault"
    assert swf.describe_domain(name=name)["configuration"]["workflowExecutionRetentionPeriodInDays"] == "7"
    pages = swf.get_paginator("list_domains").paginate(
        registrationStatus="REGISTERED", PaginationConfig={"PageSize": 1}
    )
    assert name in {each["name"] for page in pages for each in page["domainInfos"]}
    swf.deprecate_domain(name=name)
    unused = refused(swf.start_workflow_execution, domain=name, workflowId="w", workflowType=TYPE)
    assert unused == "UnknownResourceFault"
    swf.undeprecate_domain(name=name)
    swf.undeprecate_workflow_type(domain=name, workflowType=TYPE)  # went with the domain
    start(swf, name, "w")
    assert refused(swf.describe_domain, name="no-such") == "UnknownResourceFault"


@check("swf", "TagResource UntagResource ListTagsForResource")
def tags(at: At) -> None:
    """Tags of a domain"""
    swf, name = domain(at)
    arn = swf.describe_domain(name=name)["domainInfo"]["arn"]
    swf.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    swf.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert swf.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "1"}]


@check(
    "swf",
    "RegisterWorkflowType DescribeWorkflowType ListWorkflowTypes DeprecateWorkflowType UndeprecateWorkflowType",
    "DeleteWorkflowType",
)
def workflow_types(at: At) -> None:
    """A workflow type: registered once, its defaults read back, deprecated, revived, deleted when deprecated"""
    swf, name = domain(at)
    assert refused(swf.register_workflow_type, domain=name, **TYPE) == "TypeAlreadyExistsFault"
    told = swf.describe_workflow_type(domain=name, workflowType=TYPE)["configuration"]
    assert (told["defaultTaskStartToCloseTimeout"], told["defaultChildPolicy"]) == ("30", "TERMINATE")
    swf.deprecate_workflow_type(domain=name, workflowType=TYPE)
    unknown = refused(swf.start_workflow_execution, domain=name, workflowId="w", workflowType=TYPE)
    assert unknown == "TypeDeprecatedFault"
    swf.undeprecate_workflow_type(domain=name, workflowType=TYPE)
    listed = swf.list_workflow_types(domain=name, registrationStatus="REGISTERED")["typeInfos"]
    assert [each["workflowType"] for each in listed] == [TYPE]
    assert refused(swf.delete_workflow_type, domain=name, workflowType=TYPE) == "TypeNotDeprecatedFault"
    swf.deprecate_workflow_type(domain=name, workflowType=TYPE)
    swf.delete_workflow_type(domain=name, workflowType=TYPE)
    assert refused(swf.describe_workflow_type, domain=name, workflowType=TYPE) == "UnknownResourceFault"


@check(
    "swf",
    "RegisterActivityType DescribeActivityType ListActivityTypes DeprecateActivityType UndeprecateActivityType",
    "DeleteActivityType",
)
def activity_types(at: At) -> None:
    """An activity type, likewise"""
    swf, name = domain(at)
    assert refused(swf.register_activity_type, domain=name, **TYPE) == "TypeAlreadyExistsFault"
    told = swf.describe_activity_type(domain=name, activityType=TYPE)["configuration"]
    assert told["defaultTaskHeartbeatTimeout"] == "NONE"
    swf.deprecate_activity_type(domain=name, activityType=TYPE)
    assert swf.list_activity_types(domain=name, registrationStatus="REGISTERED")["typeInfos"] == []
    swf.undeprecate_activity_type(domain=name, activityType=TYPE)
    assert refused(swf.delete_activity_type, domain=name, activityType=TYPE) == "TypeNotDeprecatedFault"
    swf.deprecate_activity_type(domain=name, activityType=TYPE)
    swf.delete_activity_type(domain=name, activityType=TYPE)
    assert refused(swf.describe_activity_type, domain=name, activityType=TYPE) == "UnknownResourceFault"


@check("swf", "StartWorkflowExecution DescribeWorkflowExecution TerminateWorkflowExecution GetWorkflowExecutionHistory")
def executions(at: At) -> None:
    """An execution is open once for its id; terminated it is closed, with its history, both ways round, in pages"""
    swf, name = domain(at)
    execution = start(swf, name, "w", input="in", tagList=["t"])
    assert refused(start, swf=swf, name=name, workflow="w") == "WorkflowExecutionAlreadyStartedFault"
    told = swf.describe_workflow_execution(domain=name, execution=execution)
    assert (told["executionInfo"]["executionStatus"], told["openCounts"]["openDecisionTasks"]) == ("OPEN", 1)
    swf.terminate_workflow_execution(domain=name, workflowId="w", reason="enough", childPolicy="TERMINATE")
    told = swf.describe_workflow_execution(domain=name, execution=execution)["executionInfo"]
    assert (told["executionStatus"], told["closeStatus"]) == ("CLOSED", "TERMINATED")
    asked = {"domain": name, "execution": execution}
    for reverse in (False, True):
        pages = list(
            swf.get_paginator("get_workflow_execution_history").paginate(
                **asked, reverseOrder=reverse, PaginationConfig={"PageSize": 2}
            )
        )
        numbers = [event["eventId"] for page in pages for event in page["events"]]
        assert (len(pages), numbers) == (2, sorted([1, 2, 3], reverse=reverse))
    gone = refused(swf.terminate_workflow_execution, domain=name, workflowId="w")
    assert gone == "UnknownResourceFault"


@check("swf", "SignalWorkflowExecution RequestCancelWorkflowExecution")
def signals(at: At) -> None:
    """A signal and a request to cancel are in the history, and bring a decision task"""
    swf, name = domain(at)
    execution = start(swf, name, "w")
    swf.signal_workflow_execution(domain=name, workflowId="w", signalName="go", input="now")
    swf.request_cancel_workflow_execution(domain=name, workflowId="w")
    task = swf.poll_for_decision_task(domain=name, taskList={"name": "list"})
    kinds = [event["eventType"] for event in task["events"]]
    assert {"WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested"} <= set(kinds)
    assert task["workflowExecution"] == execution
    assert (
        refused(swf.signal_workflow_execution, domain=name, workflowId="no", signalName="x") == "UnknownResourceFault"
    )


@check(
    "swf",
    "ListOpenWorkflowExecutions ListClosedWorkflowExecutions CountOpenWorkflowExecutions CountClosedWorkflowExecutions",
    "CountPendingDecisionTasks CountPendingActivityTasks",
)
def visibility(at: At) -> None:
    """Open and closed executions, by id, type, tag, status and time, in pages; counts of them and of waiting tasks"""
    swf, name = domain(at)
    for number in range(5):
        start(swf, name, f"w{number}", tagList=["even" if number % 2 == 0 else "odd"])
    for number in range(3):
        swf.terminate_workflow_execution(domain=name, workflowId=f"w{number}")
    asked = {"domain": name, "startTimeFilter": LONG_AGO}
    opened = swf.list_open_workflow_executions(**asked)["executionInfos"]
    assert [each["execution"]["workflowId"] for each in opened] == ["w4", "w3"], "not the newest first"
    pages = list(
        swf.get_paginator("list_closed_workflow_executions").paginate(**asked, PaginationConfig={"PageSize": 2})
    )
    assert [len(page["executionInfos"]) for page in pages] == [2, 1]
    even = swf.list_closed_workflow_executions(**asked, tagFilter={"tag": "even"})["executionInfos"]
    assert {each["execution"]["workflowId"] for each in even} == {"w0", "w2"}
    ended = {"domain": name, "closeTimeFilter": LONG_AGO}
    assert swf.count_closed_workflow_executions(**ended, closeStatusFilter={"status": "TERMINATED"})["count"] == 3
    assert swf.count_closed_workflow_executions(**ended, closeStatusFilter={"status": "FAILED"})["count"] == 0
    assert swf.count_open_workflow_executions(**asked, typeFilter=TYPE)["count"] == 2
    assert swf.count_open_workflow_executions(**asked, executionFilter={"workflowId": "w3"})["count"] == 1
    assert swf.count_pending_decision_tasks(domain=name, taskList={"name": "list"})["count"] == 2
    assert swf.count_pending_activity_tasks(domain=name, taskList={"name": "list"})["count"] == 0

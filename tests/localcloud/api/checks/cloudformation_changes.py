"""CloudFormation's change sets and drift."""

from __future__ import annotations

from tests.localcloud.api.check import At, check, eventually, refused
from tests.localcloud.api.checks.cloudformation import QUICK, created, queue_attributes, template


@check("cloudformation", "CreateChangeSet DescribeChangeSet ListChangeSets ExecuteChangeSet DeleteChangeSet")
def change_sets(at: At) -> None:
    """A change set tells what is changed in place and what is replaced, and does that when executed"""
    formation, name = created(at)
    asked = {"StackName": name, "ChangeSetName": "next"}
    formation.create_change_set(**asked, TemplateBody=template(at, DelaySeconds=7))
    formation.get_waiter("change_set_create_complete").wait(**asked, WaiterConfig=QUICK)
    (change,) = formation.describe_change_set(**asked)["Changes"]
    told = change["ResourceChange"]
    assert (told["Action"], told["LogicalResourceId"], told["Replacement"]) == ("Modify", "Queue", "False")
    assert [each["ChangeSetName"] for each in formation.list_change_sets(StackName=name)["Summaries"]] == ["next"]
    formation.execute_change_set(**asked)
    formation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=QUICK)
    assert queue_attributes(at, formation, name)["DelaySeconds"] == "7"
    asked["ChangeSetName"] = "never"
    formation.create_change_set(**asked, TemplateBody=template(at, QueueName=at.name("new"), DelaySeconds=7))
    formation.get_waiter("change_set_create_complete").wait(**asked, WaiterConfig=QUICK)
    told = formation.describe_change_set(**asked, IncludePropertyValues=True)["Changes"][0]["ResourceChange"]
    assert told["Replacement"] == "True"
    values = [each["Target"] for each in told["Details"] if each["Target"].get("Name") == "QueueName"]
    assert (values[0]["BeforeValue"], values[0]["AfterValue"]) == (at.name("queue"), at.name("new"))
    formation.delete_change_set(**asked)
    assert refused(formation.execute_change_set, **asked) == "ChangeSetNotFound"


@check("cloudformation", "CreateChangeSet ExecuteChangeSet")
def empty_change_sets(at: At) -> None:
    """A change set without changes fails; one of type CREATE makes the stack when it is executed"""
    formation, name = created(at)
    asked = {"StackName": name, "ChangeSetName": "same"}
    formation.create_change_set(**asked, TemplateBody=template(at))
    told = eventually(lambda: (now := formation.describe_change_set(**asked))["Status"] == "FAILED" and now)
    assert "didn't contain changes" in told["StatusReason"]
    asked = {"StackName": f"{name}-new", "ChangeSetName": "first"}
    body = template(at, QueueName=at.name("new")).replace(at.name("topic"), at.name("topic2"))
    body = body.replace(at.name("url"), at.name("url2"))
    formation.create_change_set(**asked, TemplateBody=body, ChangeSetType="CREATE")
    formation.get_waiter("change_set_create_complete").wait(**asked, WaiterConfig=QUICK)
    (stack,) = formation.describe_stacks(StackName=f"{name}-new")["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    formation.execute_change_set(**asked)
    formation.get_waiter("stack_create_complete").wait(StackName=f"{name}-new", WaiterConfig=QUICK)


@check(
    "cloudformation",
    "DetectStackDrift DescribeStackDriftDetectionStatus DescribeStackResourceDrifts DetectStackResourceDrift",
)
def drift(at: At) -> None:
    """What was changed behind its back is found, property by property"""
    formation, name = created(at)
    sqs = at("sqs")
    url = sqs.get_queue_url(QueueName=at.name("queue"))["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    detection = formation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    asked, done = {"StackDriftDetectionId": detection}, "DETECTION_COMPLETE"
    told = eventually(
        lambda: (now := formation.describe_stack_drift_detection_status(**asked))["DetectionStatus"] == done and now
    )
    assert (told["StackDriftStatus"], told["DriftedStackResourceCount"]) == ("DRIFTED", 1)
    drifts = formation.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    (found,) = (each for each in drifts if each["StackResourceDriftStatus"] == "MODIFIED")
    (change,) = found["PropertyDifferences"]
    assert (change["PropertyPath"], change["ExpectedValue"], change["ActualValue"]) == (
        "/VisibilityTimeout",
        "30",
        "77",
    )
    one = formation.detect_stack_resource_drift(StackName=name, LogicalResourceId="Topic")["StackResourceDrift"]
    assert one["StackResourceDriftStatus"] == "IN_SYNC"


@check("cloudformation", "CancelUpdateStack ContinueUpdateRollback RollbackStack SignalResource")
def operating(at: At) -> None:
    """Steps of an operator are refused where there is nothing to do"""
    formation, name = created(at)
    assert refused(formation.cancel_update_stack, StackName=name) == "ValidationError"
    assert refused(formation.continue_update_rollback, StackName=name) == "ValidationError"
    assert refused(formation.rollback_stack, StackName=name) == "ValidationError"
    signal = {"LogicalResourceId": "Queue", "UniqueId": "1", "Status": "SUCCESS"}
    told = refused(formation.signal_resource, StackName=name, **signal)
    at.differs("SignalResource is not there", told, here="InvalidAction", aws="ValidationError")

"""Every change to moto's own code: the few places where what it says must be true of real machines, or as on AWS."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from localcloud import missing
from localcloud.home import CloudError, Numbers
from localcloud.machines.databases import ENGINE_MAJOR
from localcloud.topics import Deliver, MayDeliver, Notification, Topics, signer_of


def bend(numbers: Numbers, console_output: Callable[[str], str]) -> None:
    """Make all changes. `console_output` gives an instance's console by its id."""
    missing.add()
    _services()
    _network(numbers)
    _addresses()
    _instances(console_output)
    _volumes()
    _databases()
    _zones()
    _records()
    _policies()
    policies_of_aws()


def _services() -> None:
    """AWS's services and nothing else: not moto's own interface, at whose word it forgets everything."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    find = DomainDispatcherApplication.get_backend_for_host

    def get_backend_for_host(self: Any, host: str | None) -> Any:
        if host in (None, "moto_api", "instance_metadata"):
            return None  # the request says by its signature for which service it is
        if (found := find(self, host)) is None:
            raise NotImplementedError("there is no such service")
        return found

    DomainDispatcherApplication.get_backend_for_host = get_backend_for_host


def _network(numbers: Numbers) -> None:
    """The default VPC is the machines' bridge."""
    from moto.ec2.models.vpcs import VPC, VPCBackend

    def create_default_vpc(self: Any) -> VPC:
        vpc = self.create_vpc(cidr_block=numbers.network, is_default=True)
        for zone in self.describe_availability_zones():
            self.create_default_subnet(zone.name)
        return vpc

    VPCBackend.create_default_vpc = create_default_vpc


def _addresses() -> None:
    """Addresses that machines can have: of their subnet, none of AWS's own, free again when the machine is gone."""
    from moto.ec2.models.elastic_network_interfaces import NetworkInterface
    from moto.ec2.models.instances import InstanceBackend
    from moto.ec2.models.subnets import Subnet

    run_instances_anywhere = InstanceBackend.run_instances

    def run_instances(self: Any, *words: Any, **given: Any) -> Any:
        # as on AWS, an instance of no subnet stands in the default one of its zone, not in EC2-Classic
        if not given.get("subnet_id") and not given.get("nics"):
            subnets = self.get_default_subnets()
            given["subnet_id"] = (subnets.get(given.get("placement")) or next(iter(subnets.values()))).id
        reservation = run_instances_anywhere(self, *words, **given)
        for instance in reservation.instances:
            instance.nics[0].delete_on_termination = True  # AWS's default: its address is free again afterwards
        return reservation

    def get_available_subnet_ip(self: Any, instance: Any) -> str:
        # AWS keeps a subnet's first four addresses and its last for itself
        for number in range(4, self.cidr.num_addresses - 1):
            if (address := str(self.cidr[number])) not in self._subnet_ips:
                self._subnet_ips[address] = instance
                return address
        raise CloudError(f"no free address in {self.cidr}")

    def check_auto_public_ip(self: Any) -> None:
        # the host reaches the machines on the bridge: their own address is their public one
        if str(self.public_ip_auto_assign).lower() == "true":
            self.public_ip = self.private_ip_address

    InstanceBackend.run_instances = run_instances
    Subnet.get_available_subnet_ip = get_available_subnet_ip
    NetworkInterface.check_auto_public_ip = check_auto_public_ip


def _instances(console_output: Callable[[str], str]) -> None:
    """A reboot is left to the keeper of machines, and the console is the machine's own."""
    from moto.core.responses import ActionResult
    from moto.core.types import Base64EncodedString
    from moto.ec2.models.instances import Instance
    from moto.ec2.responses.general import General

    def reboot(self: Any) -> None:
        self.reboot_asked = True

    def get_console_output(self: Any) -> ActionResult:
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        text = Base64EncodedString.from_raw_string(console_output(instance.id))
        return ActionResult({"InstanceId": instance.id, "Timestamp": datetime.now(UTC), "Output": text})

    Instance.reboot = reboot
    General.get_console_output = get_console_output


def _volumes() -> None:
    """Whoever detaches a volume need not say from which instance."""
    from moto.ec2.models.elastic_block_store import EBSBackend

    detach_from = EBSBackend.detach_volume

    def detach_volume(self: Any, volume_id: str, instance_id: str | None, device_path: str) -> Any:
        attached = self.get_volume(volume_id).attachment
        if not instance_id and attached:
            instance_id = attached.instance.id
        return detach_from(self, volume_id, instance_id, device_path)

    EBSBackend.detach_volume = detach_volume


def _databases() -> None:
    from moto.rds.models import DBInstance, RDSBackend

    modify_and_lose = RDSBackend.modify_db_subnet_group

    def modify_db_subnet_group(self: Any, subnet_name: str, *words: Any, **given: Any) -> Any:
        group = modify_and_lose(self, subnet_name, *words, **given)
        self.subnet_groups[subnet_name] = group  # moto forgets the group it has changed
        return group

    RDSBackend.modify_db_subnet_group = modify_db_subnet_group
    DBInstance.default_engine_versions["postgres"] = ENGINE_MAJOR  # for those who leave the choice to RDS
    # moto calls a database available as soon as anybody asks; here it is when PostgreSQL answers
    DBInstance.status = property(lambda self: self._status, lambda self, value: setattr(self, "_status", value))


def _zones() -> None:
    """One hosted zone for one caller reference, however often and from wherever it is asked for."""
    from moto.route53.exceptions import Route53ClientError
    from moto.route53.models import Route53Backend

    create_another_zone, one_at_a_time = Route53Backend.create_hosted_zone, threading.Lock()

    def create_hosted_zone(self: Any, name: str, **given: Any) -> Any:
        reference = given.get("caller_reference")
        with one_at_a_time:
            if any(zone.caller_reference == reference for zone in self.zones.values()):
                message = f"A hosted zone has already been created with the specified caller reference: {reference}"
                raise Route53ClientError("HostedZoneAlreadyExists", message)
            return create_another_zone(self, name, **given)

    Route53Backend.create_hosted_zone = create_hosted_zone


def _records() -> None:
    """A batch of changes to a zone is carried out whole or not at all (Route 53, ChangeResourceRecordSets)."""
    from moto.route53.exceptions import Route53ClientError
    from moto.route53.models import Route53Backend

    change_what_can_be, one_at_a_time = Route53Backend.change_resource_record_sets, threading.Lock()

    def change_resource_record_sets(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        with one_at_a_time:
            zone = self.get_hosted_zone(zoneid)
            there = {(each.name.rstrip("."), each.type, each.set_identifier or None) for each in zone.rrsets}
            wrong = []
            for change in change_list:
                named = change["ResourceRecordSet"]
                key = (named["Name"].rstrip("."), named["Type"], named.get("SetIdentifier") or None)
                record = f"resource record set [name='{key[0]}.', type='{key[1]}']"
                if not f".{key[0]}".endswith(f".{zone.name.rstrip('.')}"):
                    wrong.append(f"RRSet with DNS name {key[0]}. is not permitted in zone {zone.name}")
                elif change["Action"] == "CREATE" and key in there:
                    wrong.append(f"Tried to create {record} but it already exists")
                elif change["Action"] == "DELETE" and key not in there:
                    wrong.append(f"Tried to delete {record} but it was not found")
                (there.discard if change["Action"] == "DELETE" else there.add)(key)
            if wrong:
                raise Route53ClientError("InvalidChangeBatch", f"[{', '.join(wrong)}]")
            change_what_can_be(self, zoneid, change_list)

    Route53Backend.change_resource_record_sets = change_resource_record_sets


def _policies() -> None:
    """A managed policy that somebody has can't be deleted."""
    from moto.iam.exceptions import DeleteConflictException
    from moto.iam.models import IAMBackend

    delete_anyway = IAMBackend.delete_policy

    def delete_policy(self: Any, policy_arn: str) -> None:
        if self.get_policy(policy_arn).attachment_count:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        delete_anyway(self, policy_arn)

    IAMBackend.delete_policy = delete_policy


def policies_of_aws() -> None:
    """The policies that AWS itself manages are there, each from when it is first asked for: all of them take 20 MB."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy, IAMBackend

    def known(backend: Any, arn: str | None) -> None:
        if not arn or not arn.startswith("arn:aws:iam::aws:policy/") or arn in backend.managed_policies:
            return
        name = arn.rpartition("/")[2]
        said = json.loads(aws_managed_policies_data).get(name)
        if said is not None:
            policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, said)
            backend.managed_policies[policy.arn] = policy

    def looking_up(call: Callable[..., Any], named: str) -> Callable[..., Any]:
        words = list(signature(call).parameters)

        @wraps(call)
        def called(self: Any, *given: Any, **named_given: Any) -> Any:
            known(self, named_given.get(named) or dict(zip(words[1:], given, strict=False)).get(named))
            return call(self, *given, **named_given)

        return called

    for call in ("attach_role_policy", "attach_user_policy", "attach_group_policy", "get_policy", "get_policy_version"):
        setattr(IAMBackend, call, looking_up(getattr(IAMBackend, call), "policy_arn"))
    for call in ("create_role", "put_role_permissions_boundary"):
        setattr(IAMBackend, call, looking_up(getattr(IAMBackend, call), "permissions_boundary"))


def send_to(deliver: Deliver, policy: Callable[[str], str | None], may_deliver: MayDeliver = lambda *_: True) -> None:
    """Let moto's services send to our queues: `deliver` and `policy` are Sqs's, `may_deliver` says whether SNS may."""
    _queues(deliver, policy)
    _topics(Topics(deliver, may_deliver))


def _queues(deliver: Deliver, policy: Callable[[str], str | None]) -> None:
    """What moto's services ask of moto's SQS is answered by ours."""
    import moto.sns.models
    import moto.sqs.models
    from moto.sqs.exceptions import QueueDoesNotExist

    class Queues:
        def __init__(self, region: str, account: str) -> None:
            self._arn = f"arn:aws:sqs:{region}:{account}:"

        def get_queue(self, name: str) -> Any:
            try:
                policy(self._arn + name)
            except KeyError:
                raise QueueDoesNotExist from None
            return SimpleNamespace(fifo_queue=name.endswith(".fifo"), queue_arn=self._arn + name)

        def send_message(self, queue_name: str, message_body: str, group_id: str | None = None, **_: Any) -> None:
            deliver(self._arn + queue_name, message_body, str(uuid4()), group=group_id)

    class Accounts:
        def __getitem__(self, account: str) -> Any:
            return Regions(account)

    class Regions:
        def __init__(self, account: str) -> None:
            self._account = account

        def __getitem__(self, region: str) -> Any:
            return Queues(region, self._account)

    for module in (moto.sqs, moto.sqs.models, moto.sns.models):
        module.sqs_backends = Accounts()


def _topics(topics: Topics) -> None:
    """SNS sends to all of a topic's subscriptions, to queues as AWS does, and keeps no copy of what it sent."""
    from moto.sns.models import SNSBackend, Subscription, Topic

    bent = hasattr(SNSBackend, "sender")
    SNSBackend.sender = topics
    if bent:
        return
    publish_elsewhere, create_unsigned = Subscription.publish, SNSBackend.create_topic

    def create_topic(self: Any, *words: Any, **given: Any) -> Any:
        signer_of(self)  # a publication is no change of moto's state: its key must be there before
        return create_unsigned(self, *words, **given)

    def publish(self: Any, message: str, **given: Any) -> str:
        id_ = str(uuid4())
        for subscription in list(self.sns_backend._get_topic_subscriptions(self)):  # moto sends to the first 100
            subscription.publish(message, id_, **given)
        return id_

    def publish_to(self: Any, message: str, message_id: str, **given: Any) -> None:
        if self.protocol != "sqs":
            publish_elsewhere(self, message, message_id, **given)
            return
        attributes, matcher = given.get("message_attributes") or {}, self._filter_policy_matcher
        if matcher is not None and not matcher.matches(attributes, message):
            return
        if given.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        ids = given.get("group_id"), given.get("deduplication_id")
        told = Notification(message_id, message, given.get("subject"), attributes, *ids)
        self.topic.sns_backend.sender.send(self, told)

    SNSBackend.create_topic = create_topic
    Topic.publish = publish
    Subscription.publish = publish_to

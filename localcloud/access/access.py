"""The gate in front of all services: who calls, and whether they may."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from localcloud.access import forms, old_signature, people, signature
from localcloud.access.caller import NOBODY, Caller, Principal
from localcloud.access.evaluation import refusal, role_may_be_assumed, service_refused
from localcloud.access.facts import facts_of, service_facts
from localcloud.access.people import People
from localcloud.access.policy import Ask
from localcloud.access.refusals import DENIED, NO_CONTENT_HASH, UNSIGNED, Refused
from localcloud.access.requests import asks, swf
from localcloud.access.requests.call import Call, read_body
from localcloud.access.requests.sts import BY_ITSELF
from localcloud.access.resources import PROTECTED, Resources
from localcloud.access.sessions import Sessions

MOTO_ITSELF = "/moto-api"  # moto's own pages, which change everything at once
HANDLES = "/cloudformation-waitcondition-"  # addresses of wait conditions: on AWS they are S3's
# By these root lets itself in again where a policy shuts everybody out.
UNLOCKING = frozenset(
    (
        "s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:PutResourcePolicy", "sns:SetTopicAttributes", "sqs:SetQueueAttributes",
    )
)  # fmt: skip
# Services whose addresses can be signed; moto does not find its services by such.
SIGNED_BEFOREHAND = frozenset(("cloudformation", "s3", "sqs", "sts", "swf"))
May = Callable[[str, str], str | None]
"""(action, resource's ARN) -> why the caller may not do it, None where it may."""


class Access:
    """`admit` each request before a service sees it. `operator` is the cloud's own access key and secret: root's."""

    def __init__(self, operator: tuple[str, str], resources: Resources) -> None:
        self.sessions = Sessions(operator[1])
        self._people = People(operator, self.sessions)
        self._resources = resources

    def admit(self, environ: dict[str, Any], service: str) -> None:
        """Let a request pass, or raise Refused.

        A request that passes has in `environ` its `localcloud.caller` (Caller); one to S3 also `localcloud.may` (May),
        for rights that only S3 can know to ask for, and `localcloud.form`, which verifies a browser's form; one to SWF
        `localcloud.may_decide`, which is asked about each decision.
        """
        now = time.time()
        who, body = self._identified(environ, service, now)
        environ["localcloud.caller"] = who.caller
        if who.root and service not in PROTECTED:
            return
        if str(environ["PATH_INFO"]).startswith(MOTO_ITSELF):
            raise Refused(DENIED, "Access Denied")
        call = Call(service, environ, body, facts_of(environ, who, now), self._resources.lookup)
        if service == "s3":
            environ["localcloud.may"] = partial(self._why_not, who, call.keys)
            if forms.is_form(environ):  # its fields say who sends it, and stand in a body that is not read here
                environ["localcloud.form"] = partial(self._form, call, now)
                return
        elif service == "swf":
            environ["localcloud.may_decide"] = lambda said: self._refusal(swf.decision(call, said), who) is None
        if who.anonymous and service != "s3" and not self._needs_no_signature(call):
            raise Refused(UNSIGNED)
        for ask in asks(call):
            if (why := self._refusal(ask, who)) is not None:
                raise Refused(DENIED, _words(service, who, ask, why))

    def service_may(self, service: str, action: str, resource_arn: str, source_arn: str) -> bool:
        """Whether a service of AWS, as s3.amazonaws.com, may do something to a resource, by the resource's policy.

        `source_arn` is on whose behalf: the bucket whose event it is, the topic.
        """
        ask = Ask(action, resource_arn, service_facts(service, source_arn))
        return not service_refused(service, ask, self._resources.policy(resource_arn))

    def _identified(self, environ: dict[str, Any], service: str, now: float) -> tuple[Principal, bytes]:
        signed = signature.read(environ)
        if signed is None:
            if service == "s3" and (old := old_signature.read(environ)):
                known = self._people.find(old.access_key, old.token, now)
                old_signature.verify(old, known.secret, environ, now)
                return known.principal, b""
            return NOBODY, b"" if service == "s3" else read_body(environ)
        if signed.presigned and service not in SIGNED_BEFOREHAND:
            raise Refused(UNSIGNED)
        known = self._people.find(signed.access_key, signed.token, now)
        signature.check_time(signed, now)
        if service == "s3" or str(environ["PATH_INFO"]).startswith(HANDLES):
            signature.verify(signed, known.secret, environ, _s3_payload(signed, environ), as_s3=True)
            return known.principal, b""
        body = read_body(environ)
        signature.verify(signed, known.secret, environ, hashlib.sha256(body).hexdigest(), as_s3=False)
        return known.principal, body

    def _refusal(self, ask: Ask, who: Principal) -> str | None:
        if who.root and ask.action in UNLOCKING:
            return None
        if ask.action == "sts:AssumeRole" and ask.resource is not None:
            trust = people.trust(ask.resource)
            return role_may_be_assumed(ask, who, people.rights(who), trust)
        policy = self._resources.policy(ask.resource) if ask.resource and ask.resource.startswith("arn:") else None
        if who.root and (policy is None or '"Deny"' not in policy):
            return None
        if who.anonymous and ask.resource and not self._resources.is_open(ask.resource):
            return "because public access is blocked"
        return refusal(ask, who, people.rights(who), policy)

    def _why_not(self, who: Principal, keys: Mapping[str, tuple[str, ...]], action: str, resource: str) -> str | None:
        ask = Ask(action, resource, keys)
        why = self._refusal(ask, who)
        return None if why is None else _words("s3", who, ask, why)

    def _form(self, call: Call, now: float, fields: Mapping[str, str], key: str) -> Caller:
        """Who sent a form to S3, having been found to be allowed to. Raises Refused."""
        access_key, token = forms.credential(fields)
        who = NOBODY
        if access_key is not None:
            known = self._people.find(access_key, token, now)
            forms.verify(fields, known.secret)
            who = known.principal
        for ask in forms.asks(call, facts_of(call.environ, who, now), fields, key):
            if (why := self._refusal(ask, who)) is not None:
                raise Refused(DENIED, _words("s3", who, ask, why))
        return who.caller

    def _needs_no_signature(self, call: Call) -> bool:
        return call.service == "sqs" or (call.service == "sts" and call.action in BY_ITSELF)


def _s3_payload(signed: signature.Signed, environ: Mapping[str, Any]) -> str:
    """What S3 has of the body in the signature: its hash, or that there is none. S3 itself compares, as it reads."""
    said = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if said is None and not signed.presigned:
        raise Refused(NO_CONTENT_HASH)
    return str(said or signature.UNSIGNED_PAYLOAD)


def _words(service: str, who: Principal, ask: Ask, why: str) -> str:
    if who.anonymous and service == "s3":
        return "Access Denied"
    resource = ask.resource or "*"
    if service == "s3":
        resource = f'"{resource}"'
    action = ask.action
    if service == "sqs":  # which AWS writes so
        action, why = action.lower(), why.replace(action, action.lower())
    said = f"User: {who.caller.arn} is not authorized to perform: {action} on resource: {resource} {why}"
    return f"You are not authorized to perform this operation. {said}" if service == "ec2" else said

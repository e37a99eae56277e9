"""CloudFormation as a whole: its memory, its engine, its WSGI application, and what the actions share."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from localcloud.cloudformation import dynamic, language, parameters, rules, validation
from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.detection import Detections
from localcloud.cloudformation.engine import Engine
from localcloud.cloudformation.errors import ChangeSetNotFound, ValidationError
from localcloud.cloudformation.evaluation import Evaluation, Identity
from localcloud.cloudformation.loading import load
from localcloud.cloudformation.nested import Nested
from localcloud.cloudformation.notices import Notices
from localcloud.cloudformation.records import ChangeSet, Json, Stack, Version
from localcloud.cloudformation.store import Store
from localcloud.cloudformation.template import BODY_LIMIT, URL_LIMIT, Template, parse
from localcloud.server import Wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
NAME_RULE = "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"


class CloudFormation:
    """`.app` answers the API; `.start()` takes up what was under way, `.stop()` lets go. One file is its state."""

    def __init__(
        self,
        database: Path,
        endpoint: Callable[[], str],
        *,
        account: str = "123456789012",
        region: str = "us-east-1",
        credentials: tuple[str, str] = ("cloudformation", "cloudformation"),
        inside: Callable[[], Wsgi] | None = None,
        public: Callable[[], str] | None = None,
    ) -> None:
        from localcloud.cloudformation.api import application

        self.account, self.region = account, region
        self.store = Store(database)
        self.clients = Clients(endpoint, region, credentials, inside, public)
        self.notices = Notices(self.store, self.clients, account)
        self.engine = Engine(self.store, self.clients, account, region, self.evaluation, Nested(self), self.notices)
        self.detections = Detections(self.store, self.engine)
        self.app: WSGIApplication = application(self)

    def start(self) -> None:
        self.notices.start()
        self.engine.start()
        self.detections.start()

    def stop(self) -> None:
        self.detections.stop()
        self.engine.stop()
        self.notices.stop()
        self.store.close()

    # Names

    def new_stack_id(self, name: str) -> str:
        return f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{uuid.uuid4()}"

    def new_change_set_id(self, name: str) -> str:
        return f"arn:aws:cloudformation:{self.region}:{self.account}:changeSet/{name}/{uuid.uuid4()}"

    def stack(self, name_or_id: str) -> Stack:
        """Raises ValidationError, as AWS words it, where there is none."""
        found = self.store.stack(name_or_id)
        if found is None:
            raise ValidationError(f"Stack with id {name_or_id} does not exist")
        return found

    def live_stack(self, name_or_id: str) -> Stack:
        found = self.store.stack(name_or_id)
        if found is None or found.deleted is not None:
            raise ValidationError(f"Stack [{name_or_id}] does not exist")
        return found

    def check_name(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
                f"satisfy regular expression pattern: {NAME_RULE}"
            )

    # What was asked for

    def template_body(self, asked: Mapping[str, Any]) -> str | None:
        """The template's text, given in the call or lying in S3; None where the call has neither."""
        if asked.get("TemplateBody") is not None:
            body = str(asked["TemplateBody"])
            if len(body.encode()) > BODY_LIMIT:
                raise ValidationError(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                    f"Member must have length less than or equal to {BODY_LIMIT}"
                )
            return body
        return self.fetched(str(asked["TemplateURL"]), "TemplateURL") if asked.get("TemplateURL") else None

    def fetched(self, url: str, parameter: str) -> str:
        """The text of an object in S3 that `parameter` of a call names by its address."""
        from botocore.exceptions import ClientError

        where = urlparse(url)
        host, path = where.netloc.split(".")[0], unquote(where.path).lstrip("/")
        # Both https://s3.…/bucket/key and https://bucket.s3.…/key; a local endpoint has the path style.
        virtual = ".s3" in where.netloc and not host.startswith("s3")
        bucket, _, key = (host, "", path) if virtual else path.partition("/")
        if not bucket or not key:
            raise ValidationError(f"{parameter} must be a supported URL.")
        try:
            body: bytes = self.clients.call("s3", "GetObject", {"Bucket": bucket, "Key": key})["Body"].read(
                URL_LIMIT + 1
            )
        except ClientError as error:
            raise ValidationError(f"S3 error: {error.response['Error'].get('Message')}") from None
        if len(body) > URL_LIMIT:
            raise ValidationError(f"Template may not exceed {URL_LIMIT} bytes in size.")
        return body.decode()

    def template(self, asked: Mapping[str, Any], previous: Version | None = None) -> Template:
        """The call's template, read, processed where it has a transform, and validated."""
        kept = (previous.original or previous.template) if previous else None
        body = kept if asked.get("UsePreviousTemplate") else self.template_body(asked)
        if body is None:
            raise ValidationError("Either Template URL or Template Body must be specified.")
        data = load(body)
        template = self._processed(body, data, asked, previous) if language.is_extended(data) else parse(body)
        validation.validate(template)
        return template

    def _processed(self, body: str, data: Json, asked: Mapping[str, Any], previous: Version | None) -> Template:
        raw = Template(body, data, {})
        given = parameters.given_values(raw, asked.get("Parameters", []), previous.parameters if previous else {})
        identity = Identity(self.account, self.region, "", str(asked.get("StackName", "")))
        values = parameters.look_up(raw, given, lambda name: dynamic.parameter(name, self.clients))
        processed = language.expand(data, Evaluation(raw, values, identity, self))
        return replace(parse(json.dumps(processed)), original=body)

    def version(self, asked: Mapping[str, Any], template: Template, previous: Version | None = None) -> Version:
        """What the call asks a stack to be. An update without Tags keeps the tags there are."""
        given = parameters.given_values(template, asked.get("Parameters", []), previous.parameters if previous else {})
        values = parameters.look_up(template, given, lambda name: dynamic.parameter(name, self.clients))
        tags = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", [])}
        if previous is not None and "Tags" not in asked:
            tags = previous.tags
        self._check_tags(tags)
        identity = Identity(self.account, self.region, "", str(asked.get("StackName", "")))
        rules.check(Evaluation(template, values, identity, self), self.clients)
        return Version(template.body, values, tags, list(asked.get("Capabilities", [])), template.original)

    def _check_tags(self, tags: Mapping[str, str]) -> None:
        if len(tags) > 50:
            raise ValidationError(
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "
                "have length less than or equal to 50"
            )
        for key in tags:
            if key.lower().startswith("aws:"):
                raise ValidationError("aws: prefixed tag key names are not allowed for external use.")

    # Evaluation

    def evaluation(self, stack: Stack) -> Evaluation:
        return self.evaluate(stack.version, parse(stack.version.template), stack)

    def evaluate(self, version: Version, template: Template, stack: Stack) -> Evaluation:
        identity = Identity(self.account, self.region, stack.id, stack.name, stack.notification_arns)
        return Evaluation(template, version.parameters, identity, self)

    def exported(self, name: str) -> str:
        for export, _, value in self.store.exports():
            if export == name:
                return value
        raise ValidationError(f"No export named {name} found.")

    def zones(self, region: str) -> list[str]:
        found = self.clients.call("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]
        return sorted(zone["ZoneName"] for zone in found if zone["RegionName"] == region)

    def change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        if name_or_id.startswith("arn:"):
            found = self.store.change_set(name_or_id)
            if found is not None:
                return found
        elif stack_name is None:
            raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
        else:
            for each in self.store.change_sets(self.stack(stack_name).id):
                if each.name == name_or_id:
                    return each
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

"""What a resource type is: five small steps and four sets of names.

A new type is a class in its family's file:

    class Topic(Kind):
        type = "AWS::SNS::Topic"
    identifier = "TopicArn"
        replaced = names("TopicName FifoTopic")     # a change of these needs a new resource
        in_place = names("DisplayName Tags")        # a change of these is an update
        attributes = names("TopicArn TopicName")    # what Fn::GetAtt may ask for
        tags = "Tags"                               # where the stack's tags go

        def create(self, at, new): return at.call("sns", "CreateTopic", ...)["TopicArn"]
        def read(self, at, it): return {"TopicArn": it.id, ...}
        def update(self, at, it, new): ...
        def delete(self, at, it): at.call("sns", "DeleteTopic", {"TopicArn": it.id})
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At

KINDS: dict[str, Kind] = {}
Properties = Mapping[str, Any]
Names = frozenset[str]

# Codes by which services say that a thing is not there (any more).
ABSENT = re.compile(r"NotFound|NoSuch|NonExist|DoesNotExist|ResourceNotFound|ParameterNotFound|^404$")


def names(words: str) -> Names:
    return frozenset(words.split())


class Failed(Exception):
    """A resource can't be made, changed or removed; the message is what its event says."""

    code = "GeneralServiceException"


class AlreadyThere(Failed):
    code = "AlreadyExists"


class NotStabilized(Failed):
    code = "NotStabilized"


class Plain(Failed):
    """A failure of which the event says the message alone."""


class Gone(Failed):
    """It is not there any more."""

    code = "NotFound"


def is_absent(error: BaseException) -> bool:
    """Whether an error says that what was asked for is not there."""
    response: Mapping[str, Any] = getattr(error, "response", None) or {}
    return isinstance(error, Gone) or bool(ABSENT.search(str(response.get("Error", {}).get("Code", ""))))


@dataclass(frozen=True)
class Existing:
    """A resource that stands: its physical id, what it was made with, what it told of itself."""

    id: str
    properties: Properties
    attributes: Properties = field(default_factory=dict)


class Kind:
    type: ClassVar[str]
    required: ClassVar[Names] = frozenset()
    replaced: ClassVar[Names] = frozenset()
    in_place: ClassVar[Names] = frozenset()
    attributes: ClassVar[Names] = frozenset()
    tags: ClassVar[str] = ""
    tags_are_map: ClassVar[bool] = False
    iam: ClassVar[bool] = False
    named_by: ClassVar[str] = ""
    identifier: ClassVar[str] = ""  # the property that is the physical id, for import; none: it can't be imported
    snapshots: ClassVar[bool] = False
    deletion_policy: ClassVar[str] = "Delete"
    refreshed: ClassVar[bool] = False  # looked at in every update, also where its properties are the same

    def __init_subclass__(cls) -> None:
        if "type" in cls.__dict__:
            KINDS[cls.type] = cls()

    # What a type says.

    def create(self, at: At, new: Properties) -> str:
        """Make one; give back its physical id, which is what Ref stands for."""
        raise NotImplementedError

    def found(self, at: At, new: Properties) -> str | None:
        """Physical id of what an interrupted `create` had made already; None where it had not come so far."""
        return None

    def settle(self, at: At, it: Existing) -> None:
        """Wait until it is usable."""

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        """Its attributes, for Fn::GetAtt."""
        return {}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        """Make it as `new` says, in place."""
        raise NotImplementedError

    def delete(self, at: At, it: Existing) -> None:
        """Remove it and wait until it is gone. A service's "not found" counts as gone."""
        raise NotImplementedError

    def actual(self, at: At, it: Existing) -> Properties | None:
        """What its service tells of the template's properties, in the template's own words, for drift detection.

        What is left out counts as removed. None where this type can't be checked; Gone where it is not there.
        """
        return None

    def snapshot(self, at: At, it: Existing) -> None:
        """Save its data, for a deletion policy of Snapshot."""
        raise NotImplementedError

    def replaces(self, old: Properties, new: Properties, changed: Names) -> bool:
        """Whether a change of these properties needs a new resource."""
        return bool(changed & self.replaced)

    def has_attribute(self, name: str) -> bool:
        """Whether Fn::GetAtt may ask for it."""
        return name in self.attributes

    # What every type does alike.

    def check(self, logical_id: str, properties: Properties) -> None:
        """Raise Failed, worded as AWS words it, for a property that is unknown here or missing."""
        unknown = sorted(properties.keys() - self.in_place - self.replaced)
        missing = sorted(self.required - properties.keys())
        faults = [f"#: extraneous key [{name}] is not permitted" for name in unknown]
        faults += [f"#: required key [{name}] not found" for name in missing]
        if faults:
            raise Failed(f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(faults))

    def with_tags(self, properties: Properties, stack_tags: Mapping[str, str]) -> dict[str, Any]:
        """The properties with the stack's tags among the resource's; the resource's own win."""
        if not self.tags or not stack_tags:
            return dict(properties)
        own = properties.get(self.tags)
        if self.tags_are_map:
            return {**properties, self.tags: {**stack_tags, **(own or {})}}
        mine = list(own or [])
        keys = {text(tag["Key"]) for tag in mine}
        return {
            **properties,
            self.tags: mine + [{"Key": key, "Value": value} for key, value in stack_tags.items() if key not in keys],
        }

    def tags_of(self, properties: Properties) -> dict[str, str]:
        own: Any = properties.get(self.tags) or ({} if self.tags_are_map else [])
        if self.tags_are_map:
            return {str(key): text(value) for key, value in own.items()}
        return {text(tag["Key"]): text(tag.get("Value", "")) for tag in own}


def changed(old: Properties, new: Properties) -> Names:
    """Names of the properties that differ; 22 and "22" do not."""
    return frozenset(
        name
        for name in old.keys() | new.keys()
        if name not in old or name not in new or plain(old[name]) != plain(new[name])
    )


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return text(value) if value is not None else None


def pick(properties: Properties, wanted: str) -> dict[str, Any]:
    """Those of the properties that are named and there."""
    return {name: properties[name] for name in wanted.split() if name in properties}


def only(found: Sequence[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    """The one thing that was looked for. Raises Gone where nothing was found."""
    if not found:
        raise Gone(f"{what} does not exist")
    return found[0]


def own_tags(tags: Iterable[Mapping[str, Any]] | Mapping[str, str]) -> list[dict[str, str]]:
    """The tags that a service tells, as a template has them: without those by which CloudFormation marks its own."""
    pairs = tags.items() if isinstance(tags, Mapping) else [(tag["Key"], tag.get("Value", "")) for tag in tags]
    return key_values({key: value for key, value in pairs if not key.startswith("aws:")})


def key_values(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class Named(Kind):
    """A type whose resource has a name that is its own in the account: given in the template, or made up."""

    limit: ClassVar[int] = 64
    lower: ClassVar[bool] = False

    def name(self, at: At, new: Properties) -> str:
        given = new.get(self.named_by)
        return text(given) if given is not None else at.name(self.limit, lower=self.lower)

    def look(self, at: At, name: str) -> str | None:
        """Physical id of what has this name; None where nothing has. A service's "not found" counts as nothing."""
        raise NotImplementedError

    def make(self, at: At, name: str, new: Properties) -> str:
        raise NotImplementedError

    def create(self, at: At, new: Properties) -> str:
        name = self.name(at, new)
        if self.named_by in new:
            # Some services say yes to a name that is taken, and after a crash we must know whose it is.
            if self._there(at, name) is not None:
                raise AlreadyThere(f"Resource of type '{self.type}' with identifier '{name}' already exists.")
            at.claim()
        return self.make(at, name, new)

    def found(self, at: At, new: Properties) -> str | None:
        ours = at.claimed or self.named_by not in new
        return self._there(at, self.name(at, new)) if ours else None

    def _there(self, at: At, name: str) -> str | None:
        from botocore.exceptions import ClientError

        try:
            return self.look(at, name)
        except ClientError as error:
            if ABSENT.search(error.response["Error"]["Code"]):
                return None
            raise

"""Random templates, and what must be true once they are stacks: which resources, with which properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.localcloud.cloudformation.cloud import Template
from tests.localcloud.cloudformation.model_things import ACCOUNT, SORTS, Import, Refer

# Each may depend on those before it.
ORDER = ["Dead", "Topic", "Live", "Listener", "Bucket", "Group", "Secret", "Role", "Logs", "Alarm", "Note"]
NAMES = [None] * 6 + ["name-one", "name-two"]
BROKEN: list[dict[str, Any]] = [
    {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}},
    {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}},
    {"Type": "AWS::IAM::Role", "Properties": {**SORTS["Role"].always, **SORTS["Role"].poison}},
]
Physical = Mapping[str, str]


@dataclass(frozen=True)
class Thing:
    settings: dict[str, Any]
    name: str | None = None
    retain: bool = False
    conditional: bool = False
    poisoned: bool = False
    after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Broken:
    """A resource that nothing can make, before those in ORDER from `place` on."""

    how: int
    place: int


@dataclass(frozen=True)
class Wanted:
    things: dict[str, Thing] = field(default_factory=dict)
    on: bool = True  # the condition of those that have one
    size: int = 40
    exports: dict[str, str] = field(default_factory=dict)
    broken: Broken | None = None

    @property
    def active(self) -> dict[str, Thing]:
        return {name: thing for name, thing in self.things.items() if self.on or not thing.conditional}

    @property
    def imports(self) -> set[str]:
        values = [value for thing in self.active.values() for value in thing.settings.values()]
        return {value.name for value in values if isinstance(value, Import)}

    @property
    def fails(self) -> bool:
        return self.broken is not None or any(thing.poisoned for thing in self.active.values())

    def names(self) -> set[tuple[str, str]]:
        return {(SORTS[each].type, thing.name) for each, thing in self.active.items() if thing.name}

    def properties(self, logical_id: str) -> dict[str, Any]:
        """What the template says of one resource, Refer and Import still in it, what is not there left out."""
        thing, sort = self.things[logical_id], SORTS[logical_id]
        said = {**sort.always, **thing.settings, **(sort.poison if thing.poisoned else {})}
        return {name: value for name, value in said.items() if refers(value) - {"Size"} <= self.things.keys()}


def refers(value: Any) -> set[str]:
    if isinstance(value, Refer):
        return {value.logical_id}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return {name for item in items for name in refers(item)}


def template(wanted: Wanted) -> Template:
    resources = {name: _resource(wanted, name) for name in wanted.things}
    if wanted.broken:
        place = wanted.broken.place
        resources["Broken"] = {**BROKEN[wanted.broken.how], "DependsOn": [n for n in ORDER[:place] if n in resources]}
        for name in ORDER[place:]:
            if name in resources:
                resources[name]["DependsOn"].append("Broken")
    outputs = {name: {"Value": {"Ref": name}, **_condition(thing)} for name, thing in wanted.things.items()}
    exports = {f"Export{name}": {"Value": value, "Export": {"Name": name}} for name, value in wanted.exports.items()}
    return {
        "Parameters": {"Switch": {"Type": "String"}, "Size": {"Type": "Number"}},
        "Conditions": {"On": {"Fn::Equals": [{"Ref": "Switch"}, "on"]}},
        "Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, **resources},
        "Outputs": {**outputs, **exports},
    }


def parameters(wanted: Wanted) -> list[dict[str, str]]:
    values = {"Switch": "on" if wanted.on else "off", "Size": str(wanted.size)}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def _condition(thing: Thing) -> dict[str, str]:
    return {"Condition": "On"} if thing.conditional else {}


def _resource(wanted: Wanted, logical_id: str) -> dict[str, Any]:
    thing, sort = wanted.things[logical_id], SORTS[logical_id]
    properties = {name: _written(wanted, thing, value) for name, value in wanted.properties(logical_id).items()}
    if thing.name:
        properties[sort.named_by] = thing.name
    policies = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"} if thing.retain else {}
    after = [name for name in ORDER if name in thing.after]
    return {"Type": sort.type, "Properties": properties, **policies, "DependsOn": after, **_condition(thing)}


def _written(wanted: Wanted, thing: Thing, value: Any) -> Any:
    """A value as the template has it; one that a condition can take away is within a Fn::If."""
    doubtful = {name for name in refers(value) - {"Size"} if wanted.things[name].conditional}
    if doubtful and not thing.conditional:
        return {"Fn::If": ["On", _function(value), {"Ref": "AWS::NoValue"}]}
    return _function(value)


def _function(value: Any) -> Any:
    if isinstance(value, Refer):
        return {"Fn::GetAtt": [value.logical_id, value.attribute]} if value.attribute else {"Ref": value.logical_id}
    if isinstance(value, Import):
        return {"Fn::ImportValue": value.name}
    if isinstance(value, dict):
        return {key: _function(item) for key, item in value.items()}
    return [_function(item) for item in value] if isinstance(value, list) else value


def expected(wanted: Wanted, logical_id: str, physical: Physical, exports: Mapping[str, str]) -> dict[str, Any]:
    """What the service must tell of a resource, by `Sort.told`."""
    said = {
        name: _meant(value, wanted, physical, exports)
        for name, value in wanted.properties(logical_id).items()
        if refers(value) - {"Size"} <= wanted.active.keys()
    }
    return {name: said.get(name, default) for name, default in SORTS[logical_id].told.items()}


def _meant(value: Any, wanted: Wanted, physical: Physical, exports: Mapping[str, str]) -> Any:
    if isinstance(value, Import):
        return exports[value.name]
    if isinstance(value, Refer):
        if value.logical_id == "Size":
            return wanted.size
        it = physical[value.logical_id]
        return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{it.rsplit('/', 1)[-1]}" if value.attribute == "Arn" else it
    if isinstance(value, dict):
        return {key: _meant(item, wanted, physical, exports) for key, item in value.items()}
    return [_meant(item, wanted, physical, exports) for item in value] if isinstance(value, list) else value


def renewed(old: Wanted, new: Wanted) -> set[str]:
    """Logical ids that get a new body: added ones, and those that are replaced."""
    fresh = {name for name in new.active if name not in old.active or _replaced(old, new, name)}
    if "Listener" in new.active and fresh & SORTS["Listener"].needs:
        fresh.add("Listener")
    return fresh


def _replaced(old: Wanted, new: Wanted, name: str) -> bool:
    before, after = old.properties(name), new.properties(name)
    renamed = old.things[name].name != new.things[name].name
    return renamed or any(before.get(each) != after.get(each) for each in SORTS[name].replaced)


# Drawing


@st.composite
def things(draw: st.DrawFn, logical_id: str) -> Thing:
    sort, rank = SORTS[logical_id], ORDER.index(logical_id)
    return Thing(
        draw(sort.settings),
        draw(st.sampled_from(NAMES)) if sort.named_by else None,
        sort.named_by != "" and draw(st.integers(0, 4)) == 4,
        draw(st.integers(0, 3)) == 3,
        bool(sort.poison) and draw(st.integers(0, 15)) == 15,
        draw(st.frozensets(st.sampled_from(ORDER[:rank]), max_size=2)) if rank else frozenset(),
    )


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """Changes of a template: {logical id: a thing, or None to remove it}, and of what is beside its resources."""
    names = draw(st.lists(st.sampled_from(ORDER), min_size=4, max_size=8, unique=True))
    return {
        "things": {name: draw(things(name) | things(name) | things(name) | st.none()) for name in names},
        "on": draw(st.booleans()),
        "size": draw(st.sampled_from([40, 40, 50])),
        "exports": draw(st.sampled_from([{}, {}, {}, {"x": "1"}, {"x": "2"}, {"y": "1"}])),
        "broken": draw(st.builds(Broken, st.integers(0, 2), st.integers(0, len(ORDER))))
        if draw(st.integers(0, 5)) == 5
        else None,
    }


def edited(old: Wanted, edit: Mapping[str, Any]) -> Wanted:
    found = {**old.things, **edit["things"]}
    kept = {name: found[name] for name in ORDER if found.get(name) is not None}
    kept = {name: thing for name, thing in kept.items() if SORTS[name].needs <= kept.keys()}
    for name in list(kept):  # what needs a conditional one is itself conditional; nobody imports from himself
        thing, needs = kept[name], SORTS[name].needs
        conditional = thing.conditional or any(kept[need].conditional for need in needs)
        kept[name] = replace(thing, conditional=conditional, after=thing.after & kept.keys())
        value = thing.settings.get("Value")
        own = isinstance(value, Import) and value.name in {*old.exports, *edit["exports"]}
        absent = bool(refers(value) - {name for name, each in kept.items() if not each.conditional})
        if name == "Note" and (own or absent):
            kept[name] = replace(kept[name], settings={"Value": "instead"})
    return Wanted(kept, edit["on"], edit["size"], edit["exports"], edit["broken"])

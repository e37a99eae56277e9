"""Rules: what a template asserts of its parameters before anything is made. AWS's "Rules section"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloudformation import parameter_types
from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.evaluation import Evaluation
from localcloud.cloudformation.intrinsics import resolve, text


@dataclass(frozen=True)
class _Judge:
    evaluation: Evaluation
    clients: Clients

    def value(self, said: Any) -> Any:
        """What an expression of a rule stands for."""
        if isinstance(said, list):
            return [self.value(each) for each in said]
        if isinstance(said, Mapping) and len(said) == 1:
            name, argument = next(iter(said.items()))
            if function := FUNCTIONS.get(name):
                return function(self, argument)
        return resolve(said, self.evaluation)

    def holds(self, said: Any) -> bool:
        found = self.value(said)
        return found is True or (isinstance(found, str) and found == "true")

    def words(self, said: Any) -> list[str]:
        found = self.value(said)
        return [text(each) for each in (found if isinstance(found, list) else [found])]

    def told(self, name: str, attribute: str) -> list[str]:
        """An attribute of each thing that a parameter names."""
        declared = self.evaluation.template.parameters.get(name)
        kind = parameter_types.inner(str(declared.get("Type"))) if declared else ""
        if kind not in parameter_types.TYPES:
            raise ValidationError(f"Template error: Fn::ValueOf can't tell {attribute} of parameter {name}")
        there = parameter_types.entries(kind, self.clients)
        value = self.evaluation.ref(name)
        return [
            _attribute(there.get(text(each), {}), attribute) for each in (value if isinstance(value, list) else [value])
        ]


def check(evaluation: Evaluation, clients: Clients) -> None:
    """Raise ValidationError where an assertion of a rule that applies does not hold."""
    judge = _Judge(evaluation, clients)
    for name, rule in evaluation.template.rules.items():
        if not isinstance(rule, Mapping) or not isinstance(rule.get("Assertions"), list):
            raise ValidationError(f"Template format error: Rule {name} must have a list of Assertions")
        if "RuleCondition" in rule and not judge.holds(rule["RuleCondition"]):
            continue
        for assertion in rule["Assertions"]:
            if not judge.holds(assertion["Assert"]):
                said = assertion.get("AssertDescription", "")
                raise ValidationError(f"Template validation error: Rule {name}: Assertion failed: {said}".rstrip(": "))


def _attribute(entry: Mapping[str, Any], attribute: str) -> str:
    if attribute.startswith("Tags."):
        tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
        return str(tags.get(attribute.partition(".")[2], ""))
    return text(entry.get(attribute, ""))


def _contains(judge: _Judge, argument: Any) -> bool:
    values, wanted = _two("Fn::Contains", argument)
    return judge.words(wanted)[0] in judge.words(values)


def _each_member_equals(judge: _Judge, argument: Any) -> bool:
    values, wanted = _two("Fn::EachMemberEquals", argument)
    return set(judge.words(values)) <= {judge.words(wanted)[0]}


def _each_member_in(judge: _Judge, argument: Any) -> bool:
    values, allowed = _two("Fn::EachMemberIn", argument)
    return set(judge.words(values)) <= set(judge.words(allowed))


def _ref_all(judge: _Judge, argument: Any) -> list[str]:
    if argument not in parameter_types.TYPES:
        raise ValidationError(f"Template error: Fn::RefAll does not know the parameter type {argument}")
    return sorted(parameter_types.entries(argument, judge.clients))


def _value_of(judge: _Judge, argument: Any) -> Any:
    name, attribute = _two("Fn::ValueOf", argument)
    found = judge.told(name, attribute)
    return found if isinstance(judge.evaluation.ref(name), list) else found[0]


def _value_of_all(judge: _Judge, argument: Any) -> list[str]:
    kind, attribute = _two("Fn::ValueOfAll", argument)
    return [_attribute(each, attribute) for each in parameter_types.entries(kind, judge.clients).values()]


def _equals(judge: _Judge, argument: Any) -> bool:
    one, other = _two("Fn::Equals", argument)
    return judge.words(one) == judge.words(other)


def _two(name: str, argument: Any) -> tuple[Any, Any]:
    if not isinstance(argument, list) or len(argument) != 2:
        raise ValidationError(f"Template error: every {name} object requires a list of 2 parameters.")
    return argument[0], argument[1]


FUNCTIONS: dict[str, Callable[[_Judge, Any], Any]] = {
    "Fn::And": lambda judge, argument: all(judge.holds(each) for each in argument),
    "Fn::Or": lambda judge, argument: any(judge.holds(each) for each in argument),
    "Fn::Not": lambda judge, argument: not judge.holds(argument[0]),
    "Fn::Equals": _equals,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
    "Fn::RefAll": _ref_all,
    "Fn::ValueOf": _value_of,
    "Fn::ValueOfAll": _value_of_all,
}

"""Whether a website has an EIF: told in other forms it is the same; with anything else in it, it is not."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.provider.same_eif import same
from continuum.eif import FIELDS

_words = st.text("aä<>&0 1", min_size=1, max_size=6).filter(lambda text: " ".join(text.split()) not in ("", "0"))
_leaves = _words | st.integers(1, 9) | st.booleans()
_values = st.recursive(_leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3))
_own = ("publish", "force", "pub-date", "update")
_eifs = st.dictionaries(st.sampled_from(sorted(FIELDS - set(_own))), _values)


def told(value: Any, draw: Any) -> Any:
    """The same value as another site might tell it."""
    match value:
        case bool():
            return draw(st.sampled_from([True, 1, "1", "true"] if value else [False, 0, "0", "false", "", None]))
        case int():
            return draw(st.sampled_from([value, str(value)]))
        case str():
            return draw(st.sampled_from([value, f" {value}\n", value.replace(" ", "  ")]))
        case list():
            return [told(one, draw) for one in value]
        case dict():
            return {name: told(one, draw) for name, one in value.items()} | draw(st.sampled_from([{}, {"-": None}]))


@given(_eifs, st.data())
def test_the_same_in_another_form(eif: dict[str, Any], data: st.DataObject) -> None:
    assert same(eif, eif)
    stored = {name: told(value, data.draw) for name, value in eif.items()}
    assert same(eif, stored | {"nid": "4711", "publish": "1"})


def with_another(value: Any, draw: Any) -> Any:
    """The value with one thing in it that is other, for good."""
    match value:
        case list() if value:
            place = draw(st.integers(0, len(value) - 1))
            return [with_another(one, draw) if number == place else one for number, one in enumerate(value)]
        case dict() if value:
            name = draw(st.sampled_from(sorted(value)))
            return value | {name: with_another(value[name], draw)}
        case list():
            return ["other"]
        case dict():
            return {"other": "other"}
    return f"{value} other"


@given(_eifs.filter(bool), st.data())
def test_one_thing_that_is_other_makes_another_eif(eif: dict[str, Any], data: st.DataObject) -> None:
    assert not same(eif, with_another(eif, data.draw))
    assert not same(with_another(eif, data.draw), eif)


@given(_eifs, st.sampled_from(sorted(FIELDS - set(_own))))
def test_a_field_that_is_gone_or_new_makes_another_eif(eif: dict[str, Any], name: str) -> None:
    without = {field: value for field, value in eif.items() if field != name}
    assert not same(without | {name: "something"}, without)
    assert not same(without, without | {name: "something"})

"""Random descriptions of projects, made from the schema itself: whatever the types allow."""

import re
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from builder.projects.reader import schema
from cloudformation.limits import Between, Checked, Shaped

NETWORKS = st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "192.168.7.0/24", "1.2.3.4/32"])
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["C", "Z"]), min_size=1)


def described(hint: Any, limits: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Values as they are written in a file (mappings, lists, texts, numbers) that are right for a type."""
    kind = get_origin(hint)
    if kind is Annotated:
        inner, *more = get_args(hint)
        return described(inner, (*limits, *more))
    if kind in (Union, UnionType):
        return described(next(each for each in get_args(hint) if each is not NoneType), limits)
    if kind is Literal:
        return st.sampled_from(get_args(hint))
    if kind is tuple:
        return st.lists(described(get_args(hint)[0]), max_size=3)
    if is_dataclass(hint):
        return _mapping(hint)
    if kind is not None:
        key, value = get_args(hint)
        return st.dictionaries(described(key), described(value), max_size=3)
    return _scalar(hint, limits)


def _mapping(hint: Any) -> st.SearchStrategy[dict[str, Any]]:
    required = {key: described(found.hint) for key, found in schema(hint).items() if found.required}
    optional = {key: described(found.hint) for key, found in schema(hint).items() if not found.required}
    return st.fixed_dictionaries(required, optional=optional)


def _scalar(hint: type, limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    for limit in limits:
        if isinstance(limit, Between):
            return st.integers(limit.least, limit.most)
        if isinstance(limit, Shaped):
            pattern = re.compile(rf"\A(?:{limit.pattern})\Z", re.ASCII)
            return st.from_regex(pattern, alphabet=st.characters(codec="ascii"))
        if isinstance(limit, Checked):
            return NETWORKS
    return st.booleans() if hint is bool else WORDS

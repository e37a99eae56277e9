"""Who made an article: authors, groups and their members, editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bs4 import BeautifulSoup, Tag
from elifetools import parseJATS, rawJATS

from bot.eif.markup import kept, one_line, plain
from bot.eif.referenced import Footnote, affiliation

MEMBER = "author non-byline"
_GROUP_KEY = "group-author-key"
_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])/?", re.ASCII)
# How ids begin by what they name; `conf` before `con`. An id of another kind is looked up among the footnotes.
_PREFIXES = {
    "fn": {
        "equal-contrib": "equal-contrib", "conf": "competing-interest", "con": "contribution", "pa": "present-address",
        "fn": "foot-note",
    },
    "other": {"par-": "funding", "fund": "funding", "dataro": "related-object", "dataset": "related-object"},
}  # fmt: skip


def make_even(soup: BeautifulSoup) -> None:
    """Writes contributors as the articles of the first years did, which elifetools reads best.

    Each has a type; and the members of a group stand beside it, with its key. Later XML has them inside of the group's
    name, where their notes and addresses read as the group's.
    """
    for contrib in soup.find_all("contrib"):
        if not contrib.get("contrib-type"):
            contrib["contrib-type"] = "editor" if contrib.find_parent(attrs={"content-type": "section"}) else "author"
        for nameless in contrib.find_all("collab"):
            if not plain(nameless):
                nameless.extract()
    front = soup.find("article-meta")
    groups = front.select(":scope > contrib-group > contrib:has(> collab)") if front else []
    for number, group in enumerate(groups, 1):
        members = group.select("collab contrib")
        key = _contrib_id(group, _GROUP_KEY) or f"group-author-id{number}"
        for member in reversed(members):
            member.extract()
            member["contrib-type"] = MEMBER
            member.append(_key(soup, key))
            group.insert_after(member)
        for inner in group.select("collab contrib-group"):
            inner.extract()


def contributors(soup: BeautifulSoup, emails: Iterable[str], notes: Mapping[str, Footnote]) -> list[dict[str, object]]:
    """All contributors of the article itself, in order; they point only to `emails` that are there."""
    return list(_all(soup, rawJATS.article_contributors(soup) or [], frozenset(emails), notes))


def of_sub_article(soup: BeautifulSoup, notes: Mapping[str, Footnote], tag: Tag) -> list[dict[str, object]]:
    """The contributors of a decision letter or a response."""
    return list(_all(soup, rawJATS.contributors(tag), frozenset(), notes))


def _all(
    soup: BeautifulSoup, tags: Sequence[Tag], emails: frozenset[str], notes: Mapping[str, Footnote]
) -> Iterator[dict[str, object]]:
    raws = parseJATS.format_authors(soup, tags, detail="brief")
    for tag, raw in zip(tags, raws, strict=True):
        # elifetools reads the first id alone.
        ids = {"orcid": _contrib_id(tag, "orcid"), "group-author-key": _contrib_id(tag, _GROUP_KEY)}
        found = _contributor(
            {**raw, **{name: text for name, text in ids.items() if text}}, _references(tag, emails, notes)
        )
        if found:
            yield found


def _contributor(raw: Mapping[str, Any], references: Mapping[str, list[str]]) -> dict[str, object] | None:
    if raw.get("type") == "on-behalf-of":
        text = one_line(raw.get("on-behalf-of") or "")
        return {"type": "on-behalf-of", "on-behalf-of": text} if text else None
    if raw.get("collab"):
        return _group(raw, references)
    return _person(raw, references)


def _group(raw: Mapping[str, Any], references: Mapping[str, list[str]]) -> dict[str, object]:
    return kept(
        type="author",
        corresp=_yes(raw, "corresp"),
        id=raw.get("id"),
        group_author_key=raw.get("group-author-key"),
        collab=one_line(raw["collab"]),
        affiliations=_affiliations(raw),
        references=references,
    )


def _person(raw: Mapping[str, Any], references: Mapping[str, list[str]]) -> dict[str, object] | None:
    names = {name: one_line(raw.get(name) or "") for name in ("surname", "given-names", "suffix")}
    if not names["surname"]:  # who has one name only
        names["surname"], names["given-names"] = names["given-names"], ""
    if not names["surname"]:
        return None  # a reviewer who stays anonymous
    return kept(
        type=_type(raw),
        **names,
        id=raw.get("id"),
        group_author_key=raw.get("group-author-key"),
        **{name: _yes(raw, name) for name in ("equal-contrib", "corresp", "deceased")},
        orcid=_orcid(raw.get("orcid")),
        role=one_line(raw.get("role") or ""),
        email=_email(raw.get("email")),
        affiliations=_affiliations(raw),
        references=references,
    )


def _type(raw: Mapping[str, Any]) -> str:
    kind = str(raw.get("type") or "author").lower()
    if "editor" in kind:
        return "editor"  # later: senior_editor
    return kind if kind in (MEMBER, "reviewer") else "author"


def _yes(raw: Mapping[str, Any], name: str) -> bool | None:
    return True if raw.get(name) == "yes" else None


def _orcid(text: str | None) -> str:
    match = _ORCID.fullmatch(one_line(text or ""))
    if not match:
        return ""
    return match[0] if match[0].startswith("http") and "www." not in match[0] else f"http://orcid.org/{match[1]}"


def _email(addresses: Sequence[str] | None) -> str:
    """The last address, as in production, where someone has several."""
    return one_line(addresses[-1]) if addresses else ""


def _affiliations(raw: Mapping[str, Any]) -> list[dict[str, object]]:
    return [found for inline in raw.get("affiliations", ()) if (found := affiliation(inline))]


def _references(tag: Tag, emails: frozenset[str], notes: Mapping[str, Footnote]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pointer in tag.find_all("xref"):
        for rid in str(pointer.get("rid", "")).split():
            kind = _kind(str(pointer.get("ref-type", "")), rid, notes)
            if kind and (kind != "email" or rid in emails):
                found.setdefault(kind, []).append(rid)
    return found


def _kind(ref_type: str, rid: str, notes: Mapping[str, Footnote]) -> str:
    if ref_type == "aff":
        return "affiliation"
    if ref_type == "corresp":
        return "email"
    begins = (kind for prefix, kind in _PREFIXES.get(ref_type, {}).items() if rid.startswith(prefix))
    known = notes.get(rid) if ref_type in _PREFIXES else None
    return next(begins, known.kind if known else "")


def _contrib_id(tag: Tag, kind: str) -> str:
    return plain(tag.find("contrib-id", attrs={"contrib-id-type": kind}))


def _key(soup: BeautifulSoup, key: str) -> Tag:
    tag = soup.new_tag("contrib-id", attrs={"contrib-id-type": _GROUP_KEY})
    tag.string = key
    return tag

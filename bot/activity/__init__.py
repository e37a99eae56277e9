"""The activities of the bot, by the names that workflows use. A new one: a module here, and its line below.

The module of ExpandArticle is `expand_article`, imported when it is first used: an idle worker has none of them loaded.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from bot.activity.task import Article, Perform, Task


@dataclass(frozen=True)
class Kind:
    """How an activity is told on the dashboard; `doing` names what is done, as in 'Starting
    expansion of article 00353'; '' for a silent one."""

    name: str
    title: str
    doing: str = ""

    @property
    def module(self) -> str:
        """ConvertJATS -> bot.activity.convert_jats"""
        return "bot.activity." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()

    def perform(self) -> Perform:
        """The activity itself."""
        return cast("Perform", importlib.import_module(self.module).perform)

    def identify(self) -> Callable[[Task], Article] | None:
        """How the activity finds out which article it is for, where no activity before it has told."""
        return cast("Callable[[Task], Article] | None", getattr(importlib.import_module(self.module), "identify", None))


ACTIVITIES: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("PingWorker", "Ping Worker"),
        Kind("ExpandArticle", "Expand Article", "expansion"),
        Kind("ApplyVersionNumber", "Apply Version Number", "version numbering"),
        Kind("ScheduleCrossref", "Schedule Crossref", "Crossref deposit"),
        Kind("ConvertJATS", "Convert JATS", "conversion to EIF"),
        Kind("SetPublicationStatus", "Set Publication Status", "choice of publication status"),
        Kind("ResizeImages", "Resize Images", "image conversion"),
        Kind("DepositAssets", "Deposit Assets", "deposit of files"),
        Kind("PreparePostEIF", "Post EIF", "preview on the website"),
        Kind("ApprovePublication", "Approve Publication", "publication on the website"),
        Kind("RewriteEIF", "Rewrite EIF", "rewriting of the EIF"),
        Kind("ArchiveArticle", "Archive Article", "archiving"),
        Kind("UpdateLAX", "Update LAX", "registration in lax"),
        Kind("ScheduleDownstream", "Schedule Downstream", "delivery to PubMed, Crossref and PMC"),
        Kind("ReportFailure", "Report Failure"),
    )
}


def title(name: str) -> str:
    """A name as the dashboard shows it: 'ExpandArticle' -> 'Expand Article', 'ConvertJATS' -> 'Convert JATS'."""
    return ACTIVITIES[name].title if name in ACTIVITIES else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)

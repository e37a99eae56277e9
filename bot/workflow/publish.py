"""The workflows that publish an article: from its zip to the website, and from there to everybody else."""

from __future__ import annotations

from types import MappingProxyType

from bot.workflow.definition import Activity, Workflow
from bot.workflow.ping import PING_WORKER

# The website takes one article after another and answers 429 meanwhile. When fifty come at once, the last one waits
# for all the others: short pauses, and many of them (twelve minutes in all).
_POST_EIF = Activity("PreparePostEIF", retries=25, longest_pause=30)

_INGEST = (
    PING_WORKER,
    Activity("ExpandArticle"),
    Activity("ApplyVersionNumber"),
    Activity("ScheduleCrossref"),
    Activity("ConvertJATS"),
    Activity("SetPublicationStatus"),
    Activity("ResizeImages", seconds=480, each="images"),
    Activity("DepositAssets"),
    _POST_EIF,
)

# Nothing waits for a worker so long that an article would end in silence.
_DAYS = 24 * 3600

PUBLISH = Workflow(
    name="PublishPerfectArticle",
    version="1",
    description="An article's zip becomes its preview on the website",
    steps=_INGEST,
    seconds=30 * _DAYS,
)

APPROVE = Workflow(
    name="ApproveArticlePublication",
    version="1",
    description="The preview that an editor has approved is published",
    # The website's answer is waited for as with the preview itself.
    steps=(PING_WORKER, Activity("ApprovePublication", retries=25, longest_pause=30)),
    seconds=30 * _DAYS,
)

POST = Workflow(
    name="PostPerfectPublication",
    version="1",
    description="What follows a publication: archive, lax, PubMed, Crossref and PMC",
    steps=(
        PING_WORKER,
        Activity("RewriteEIF"),
        Activity("ArchiveArticle"),
        Activity("UpdateLAX"),
        Activity("ScheduleDownstream"),
    ),
    seconds=30 * _DAYS,
)

SILENT = Workflow(
    name="SilentCorrectionsIngest",
    version="1",
    description="A published version is replaced by a corrected one, without a new version and without approval",
    steps=_INGEST,
    seconds=30 * _DAYS,
    session=MappingProxyType({"force": True}),
)

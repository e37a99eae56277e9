"""The settings that the bot works with."""

from __future__ import annotations

from dataclasses import dataclass

from continuum.environment import Environment


@dataclass(frozen=True)
class BotSettings:
    """A settings class of settings.py, read whole. The names are the seed's, so that a class written for it works."""

    S3_monitor_queue: str
    workflow_starter_queue: str
    event_monitor_queue: str
    publishing_buckets_prefix: str
    production_bucket: str
    # What is not in every class of 2016 has a default.
    eif_bucket: str = "elife-publishing-eif"
    expanded_bucket: str = "elife-publishing-expanded"
    ppp_cdn_bucket: str = "elife-publishing-cdn"
    archive_bucket: str = "elife-publishing-archive"
    xml_bucket: str = "elife-publishing-xml"
    website_ingest_queue: str = ""
    drupal_EIF_endpoint: str = ""
    drupal_approve_endpoint: str = ""
    lax_article_versions: str = ""
    lax_update: str = ""
    # Names of secrets in Secrets Manager, JSON with username and password; '' where nobody asks who it is.
    website_secret: str = ""
    lax_secret: str = ""
    # How long website and lax may take for an answer; their web server cuts at 60 s.
    http_seconds: int = 60
    # A file of rules; '' is bot/publication_settings.yaml.
    publication_settings: str = ""
    sqs_region: str = "us-east-1"
    swf_region: str = ""
    domain: str = ""
    default_task_list: str = "DefaultTaskList"
    workflow_starter_queue_message_count: int = 5
    log_directory: str = "/opt/elife-bot"
    log_level: str = "INFO"

    @property
    def swf_domain(self) -> str:
        """The domain in SWF; a class that names none means the one of its prefix: 'ct-' -> 'Publish.ct'."""
        return self.domain or Environment.of_setting(self.publishing_buckets_prefix).swf_domain

    @property
    def region_of_swf(self) -> str:
        return self.swf_region or self.sqs_region

    def bucket(self, setting: str) -> str:
        """The real name of a bucket by the name of its setting: 'production_bucket' -> 'ct-elife-production-final'."""
        name = getattr(self, setting, None)
        if not setting.endswith("_bucket") or not isinstance(name, str):
            raise KeyError(setting)
        return Environment.of_setting(self.publishing_buckets_prefix).bucket(name)

"""Settings of the bot: what Salt writes, what a person wrote in 2016, what is in the checkout."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jinja2 import Environment as Jinja
from jinja2 import StrictUndefined

from bot import settings as checkout
from bot.provider.environment import BotSettings
from continuum.settings import SettingsError, choose, environments, read

TEMPLATE = Path(__file__).parents[2] / "salt/salt/elife-bot/config/opt-elife-bot-settings.py"

# As continuum-docs.md of the users has it; no SWF domain, no logging.
BY_HAND = """
class mine():
    sqs_region = 'us-east-1'
    S3_monitor_queue = 'ct-incoming-queue'
    event_monitor_queue = 'ct-event-property-incoming-queue'
    workflow_starter_queue = 'ct-workflow-starter-queue'
    workflow_starter_queue_pool_size = 5
    workflow_starter_queue_message_count = 5
    publishing_buckets_prefix = 'ct-'
    s3_hostname = 's3.amazonaws.com'
    production_bucket = 'elife-production-final'
    eif_bucket = 'elife-publishing-eif'
    expanded_bucket = 'elife-publishing-expanded'
    ppp_cdn_bucket = 'elife-publishing-cdn'
    archive_bucket = 'elife-publishing-archive'
    xml_bucket = 'elife-publishing-xml'
    # drupal_naf_endpoint = 'http://localhost:5000/nodes'
    drupal_EIF_endpoint = 'http://continuum-test.v2.elifesciences.org/api/article.json'
    drupal_approve_endpoint = 'http://continuum-test.v2.elifesciences.org/api/publish/'
    lax_article_versions = 'https://continuum-test.lax.elifesciences.org/api/v1/article/10.7554/eLife.{article_id}/version/'
    lax_update = 'https://continuum-test.lax.elifesciences.org/api/v1/article/create-update/'
"""
BUCKETS = ("production_bucket", "eif_bucket", "expanded_bucket", "ppp_cdn_bucket", "archive_bucket", "xml_bucket")


def rendered(pillar: dict[str, Any], **stack: str) -> ModuleType:
    def cfg(*paths: str) -> Any:
        *asked, default = paths
        return next((stack[key] for key in (path.removeprefix("project.") for path in asked) if key in stack), default)

    template = Jinja(undefined=StrictUndefined).from_string(TEMPLATE.read_text())
    return module(template.render(pillar=pillar, salt={"elife.cfg": cfg}))


def module(text: str) -> ModuleType:
    made = ModuleType("settings")
    made.__file__ = "settings.py"
    exec(text, made.__dict__)
    return made


def test_salt_writes_a_class_for_the_instance_by_all_its_names() -> None:
    settings = rendered({}, instance="continuum-test", prefix="ct", domain="elifesciences.org")
    assert set(environments(settings)) == {"continuum", "ct", "continuum-test", "continuum_test"}
    chosen: Any = choose(settings)
    assert {choose(settings, name) for name in ("continuum", "ct", "continuum-test")} == {chosen}
    assert chosen.lax_article_versions == (
        "http://continuum-test.lax.elifesciences.org/api/v1/article/10.7554/eLife.{article_id}/version/"
    )
    assert chosen.drupal_EIF_endpoint == "http://continuum-test.v2.elifesciences.org/api/article.json"
    assert chosen.publishing_buckets_prefix == "ct-"
    bot = read(BotSettings, chosen)
    assert bot.S3_monitor_queue == "ct-incoming-queue"
    assert bot.swf_domain == "Publish.ct"
    assert bot.bucket("production_bucket") == "ct-elife-production-final"


def test_the_instance_without_a_prefix_is_live() -> None:
    settings = rendered({"elife_bot": {"scheme": "https"}}, instance="prod", prefix="")
    live: Any = choose(settings, "live")
    assert live.lax_update == "https://lax.elifesciences.org/api/v1/article/create-update/"
    bot = read(BotSettings, live)
    assert (bot.workflow_starter_queue, bot.swf_domain) == ("workflow-starter-queue", "Publish")


def test_the_pillar_may_say_what_is_published_at_once() -> None:
    here = {"instance": "ct", "prefix": "ct"}
    assert read(BotSettings, choose(rendered({}, **here))).publication_settings == ""
    automatic = rendered({"elife_bot": {"publication": {"default": True}}}, **here)
    assert read(BotSettings, choose(automatic)).publication_settings == "/etc/elife-bot/publication_settings.yaml"


@pytest.mark.parametrize("instance", ["2016-03-29", "is", "class", "prod"])
def test_any_instance_id_makes_a_file_that_python_reads(instance: str) -> None:
    assert choose(rendered({}, instance=instance, prefix="x"), instance)


def test_live_is_not_on_a_machine_of_another_environment() -> None:
    with pytest.raises(SettingsError, match="there are: continuum, continuum-test, continuum_test, ct"):
        choose(rendered({}, instance="continuum-test", prefix="ct"), "live")


def test_no_settings_hold_credentials() -> None:
    assert "aws_" not in TEMPLATE.read_text()
    assert "password" not in TEMPLATE.read_text()


def test_a_class_written_by_hand_works_as_it_is() -> None:
    bot = read(BotSettings, choose(module(BY_HAND), "mine"))
    assert bot.swf_domain == "Publish.ct"
    assert bot.workflow_starter_queue_message_count == 5
    assert [bot.bucket(name) for name in BUCKETS] == [f"ct-{getattr(bot, name)}" for name in BUCKETS]
    assert bot.lax_update == "https://continuum-test.lax.elifesciences.org/api/v1/article/create-update/"
    assert "{article_id}" in bot.lax_article_versions
    assert bot.drupal_approve_endpoint == "http://continuum-test.v2.elifesciences.org/api/publish/"


def test_the_checkout_has_settings_to_develop_with() -> None:
    assert read(BotSettings, choose(checkout)).swf_domain == "Publish.dev"


def test_a_bucket_is_named_by_its_setting_only() -> None:
    for name in ("sqs_region", "nothing_bucket", "swf_domain"):
        with pytest.raises(KeyError):
            read(BotSettings, choose(checkout)).bucket(name)

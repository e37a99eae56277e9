{#- Becomes /opt/elife-bot/settings.py. Everything comes from the stack and the pillar; nothing needs editing for a new
    instance. A class written here by hand works as well: ./scripts/run_env.sh <its name>. -#}
{%- set cfg = salt['elife.cfg'] -%}
{%- set app = pillar.get('elife_bot', {}) -%}
{%- set instance = cfg('project.instance', 'prod') -%}
{%- set prefix = cfg('project.prefix', '') -%}
{%- set dash = prefix ~ '-' if prefix else '' -%}
{%- set domain = cfg('project.domain', 'elifesciences.org') -%}
{%- set first = '' if instance == 'prod' else instance ~ '.' -%}
{%- set scheme = app.get('scheme', 'http') -%}
{%- set website = app.get('website_url', scheme ~ '://' ~ first ~ 'v2.' ~ domain) -%}
{%- set lax = app.get('lax_url', scheme ~ '://' ~ first ~ 'lax.' ~ domain) -%}
"""Settings of the bot, one class an environment. Written by Salt, and written again every day: change it there."""

default_environment = 'continuum'


class continuum:
    """This instance: {{ instance }}. No credentials: they are the machine's role."""

    # SWF settings
    swf_region = '{{ cfg('machine.region', 'us-east-1') }}'
    domain = 'Publish{{ '.' ~ prefix if prefix else '' }}'
    default_task_list = 'DefaultTaskList'

    # SQS settings
    sqs_region = '{{ cfg('machine.region', 'us-east-1') }}'
    S3_monitor_queue = '{{ dash }}incoming-queue'
    event_monitor_queue = '{{ dash }}event-property-incoming-queue'
    workflow_starter_queue = '{{ dash }}workflow-starter-queue'
    website_ingest_queue = '{{ dash }}website-ingest-queue'
    workflow_starter_queue_pool_size = 5
    workflow_starter_queue_message_count = 5

    # S3 settings
    publishing_buckets_prefix = '{{ dash }}'
    s3_hostname = 's3.amazonaws.com'
    production_bucket = 'elife-production-final'
    eif_bucket = 'elife-publishing-eif'
    expanded_bucket = 'elife-publishing-expanded'
    ppp_cdn_bucket = 'elife-publishing-cdn'
    archive_bucket = 'elife-publishing-archive'
    xml_bucket = 'elife-publishing-xml'

    # REST endpoint for the website
    drupal_EIF_endpoint = '{{ website }}/api/article.json'
    drupal_approve_endpoint = '{{ website }}/api/publish/'

    # lax endpoint to retrieve information about published versions of articles
    lax_article_versions = '{{ lax }}/api/v1/article/10.7554/eLife.{article_id}/version/'
    lax_update = '{{ lax }}/api/v1/article/create-update/'

    # As whom it posts to both: names of secrets, which it reads by the machine's role
    website_secret = '{{ app.get('website_secret', 'elife-website-' ~ instance ~ '/api') }}'
    lax_secret = '{{ app.get('lax_secret', 'elife-lax-' ~ instance ~ '/api') }}'

    # Preview or automatic; '' is publication_settings.yaml beside this file
    publication_settings = '{{ '/etc/elife-bot/publication_settings.yaml' if app.get('publication') else '' }}'

    # Logging
    log_directory = '/opt/elife-bot'
    log_level = '{{ app.get('log_level', 'INFO') }}'


# This environment by its other names: its prefix and its instance id; `live` is the one without a prefix, and is
# therefore not here on any other machine: nobody starts a test machine's bot on production by a slip of the fingers.
for _name in ({% for name in (prefix or 'live', instance, instance | replace('-', '_')) | unique | sort %}'{{ name }}', {% endfor %}):
    globals()[_name] = continuum

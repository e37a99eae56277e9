"""Settings of the bot, one class an environment; chosen by name: `python decider.py -e dev`.

This file is for a checkout. On a machine Salt writes /opt/elife-bot/settings.py, with a class for the instance.
No credentials here: they are the machine's role, or come from the environment.
"""

default_environment = "dev"


class dev:
    # SQS
    sqs_region = "us-east-1"
    S3_monitor_queue = "dev-incoming-queue"
    event_monitor_queue = "dev-event-property-incoming-queue"
    workflow_starter_queue = "dev-workflow-starter-queue"
    workflow_starter_queue_message_count = 5
    # S3
    publishing_buckets_prefix = "dev-"
    production_bucket = "elife-production-final"
    # Logging: to stderr only
    log_directory = ""
    log_level = "INFO"

"""Settings of the dashboard. This file is for a checkout; on a machine Salt writes /srv/elife-dashboard/settings.py."""

preview_base_url = "http://localhost:8001/"
# RDS settings
rds_region = "us-east-1"
# SQS settings
sqs_region = "us-east-1"
event_monitor_queue = "dev-event-property-incoming-queue"
workflow_starter_queue = "dev-workflow-starter-queue"
event_queue_pool_size = 5
event_queue_message_count = 5
# Logging: to stderr only
log_level = "INFO"
log_file = ""
process_queue_log_file = ""
# Database: without a host there is none
database = "dashboard"
host = ""
port = "5432"
user = "dashboard"
password = ""

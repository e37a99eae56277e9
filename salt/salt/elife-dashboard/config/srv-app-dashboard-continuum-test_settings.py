{% set app = pillar.elife_dashboard %}
preview_base_url = 'http://continuum-test.v2.elifesciences.org/'
# RDS settings
rds_region = 'us-east-1'
# SQS settings
sqs_region = 'us-east-1'
event_monitor_queue = 'ct-event-property-incoming-queue'
workflow_starter_queue = 'ct-workflow-starter-queue'
event_queue_pool_size = 5
event_queue_message_count = 5
# Logging
log_level = "WARN"
log_file = "/var/log/app.log"
process_queue_log_file = "/var/log/process-queue.log"
# Database
database = "{{ app.db.name }}"
host = "{{ salt['elife.cfg']('cfn.outputs.RDSHost') or app.db.host }}"
port = "{{ salt['elife.cfg']('cfn.outputs.RDSPort') or app.db.port }}"
user = "{{ app.db.username }}"
password = "{{ app.db.password }}"

{% set app = pillar.elife_dashboard -%}
{% set cfg = salt['elife.cfg'] -%}
{% set prefix = cfg('project.prefix', '') -%}
{% set dash = prefix ~ '-' if prefix else '' -%}
{% set instance = cfg('project.instance', 'prod') -%}
"""Settings of the dashboard. Written by Salt, and written again every day: change it there."""

preview_base_url = 'http://{{ '' if instance == 'prod' else instance ~ '.' }}v2.{{ cfg('project.domain', 'elifesciences.org') }}/'
# RDS settings
rds_region = '{{ cfg('machine.region', 'us-east-1') }}'
# SQS settings
sqs_region = '{{ cfg('machine.region', 'us-east-1') }}'
event_monitor_queue = '{{ dash }}event-property-incoming-queue'
workflow_starter_queue = '{{ dash }}workflow-starter-queue'
event_queue_pool_size = 5
event_queue_message_count = 5
# Logging
log_level = "{{ app.log_level }}"
log_file = "/var/log/app.log"
process_queue_log_file = "/var/log/process-queue.log"
# Database
database = "{{ app.db.name }}"
host = "{{ cfg('cfn.outputs.RDSHost') or app.db.host }}"
port = "{{ cfg('cfn.outputs.RDSPort') or app.db.port }}"
user = "{{ app.db.username }}"
password = "{{ app.db.password }}"

{% from 'database.jinja' import database with context %}
elife_dashboard:
  log_level: INFO
  {{- database('elife_dashboard') }}

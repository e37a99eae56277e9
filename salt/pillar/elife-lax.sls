{% from 'database.jinja' import database with context %}
elife_lax:
  log_level: INFO
  {{- database('elife_lax') }}

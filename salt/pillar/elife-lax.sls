{% from 'database.jinja' import database with context %}
{% from 'api.jinja' import api with context %}
elife_lax:
  log_level: INFO
  {{- api() }}
  {{- database('elife_lax') }}

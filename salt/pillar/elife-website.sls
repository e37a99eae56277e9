{% from 'database.jinja' import database with context %}
{% from 'api.jinja' import api with context %}
{% set session = salt['elife.cfg']('cfn.outputs.SessionSecret') %}
elife_website:
  log_level: INFO
  # Signs the cookies of people who are signed in. Made with the stack and kept, so that nobody is signed out by a deploy.
  secret_key: {{ (salt['elife.secret'](session, 'password') if session else '') | yaml_dquote }}
  {{- api() }}
  {{- database('elife_website') }}

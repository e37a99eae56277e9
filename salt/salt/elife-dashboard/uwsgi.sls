# The dashboard behind uWSGI and nginx.
{% from 'base/application.jinja' import web with context %}

{{ web('/srv/elife-dashboard') }}

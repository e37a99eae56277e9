# lax behind uWSGI and nginx.
{% from 'base/application.jinja' import web with context %}

{{ web('/srv/lax') }}

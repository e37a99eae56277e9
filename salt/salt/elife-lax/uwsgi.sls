# lax behind uWSGI and nginx, its tables made before it starts.
{% from 'base/application.jinja' import migrations, web with context %}

{{ migrations('/srv/lax') }}

{{ web('/srv/lax') }}

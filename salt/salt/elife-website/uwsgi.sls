# The website behind uWSGI and nginx. nginx answers for it after 60 s, while an ingest goes on behind it: uWSGI must let it.
{% from 'base/application.jinja' import migrations, web with context %}

{{ migrations('/srv/website') }}

{{ web('/srv/website', longest_request=900) }}

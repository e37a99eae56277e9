# The website behind uWSGI and nginx. nginx answers for it after 60 s, while an ingest goes on behind it: uWSGI must let it.
{% from 'base/application.jinja' import migrations, web with context %}
{% set drush = 'test ! -x /usr/local/bin/drush -o ! -e /srv/website/venv || /usr/local/bin/drush maintenance' %}

# No article is taken in while the code is exchanged; an ingest that runs is waited for. Readers go on reading. A site that
# can't be held (it is new, or broken) gets its code nonetheless, and one that is not let go of is so after a while.
maintenance-begins:
  cmd.run:
    - name: {{ drush }} on --by deploy --minutes 15 || true
    - prereq:
      - elife: code

maintenance-ends:
  cmd.run:
    - name: {{ drush }} off --by deploy
    - require:
      - service: uwsgi-app
      - file: /usr/local/bin/drush
    - onchanges:
      - elife: code

{{ migrations('/srv/website') }}

{{ web('/srv/website', longest_request=900) }}

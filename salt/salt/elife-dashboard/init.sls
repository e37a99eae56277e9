# The publishing dashboard: code and virtualenv in /srv/elife-dashboard, which is /srv/app/dashboard as well.
{% from 'base/application.jinja' import code with context %}

{{ code('/srv/elife-dashboard') }}

/srv/app/dashboard:
  file.symlink:
    - target: /srv/elife-dashboard
    - makedirs: true

# An instance with settings of its own: a file beside this one that extends this state (see continuum-test.sls), and a
# line in top.sls.
settings:
  file.managed:
    - name: /srv/elife-dashboard/settings.py
    - source: salt://elife-dashboard/config/srv-app-dashboard-settings.py
    - template: jinja
    - user: elife
    - group: www-data
    - mode: '0640'
    - show_changes: false # the database's password is in it
    - require:
      - elife: code

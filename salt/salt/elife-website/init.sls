# The journal's website: code and virtualenv in /srv/website, its settings, and drush.
{% from 'base/application.jinja' import code with context %}

{{ code('/srv/website') }}

settings:
  file.managed:
    - name: /srv/website/settings.py
    - source: salt://elife-website/config/srv-website-settings.py
    - template: jinja
    - user: elife
    - group: www-data
    - mode: '0640'
    - show_changes: false # passwords are in it
    - require:
      - elife: code

# `drush uli` gives a link to sign in by, once.
/usr/local/bin/drush:
  file.managed:
    - source: salt://elife-website/config/usr-local-bin-drush
    - mode: '0755'

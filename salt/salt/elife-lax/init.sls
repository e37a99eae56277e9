# lax, the register of articles: code and virtualenv in /srv/lax.
{% from 'base/application.jinja' import code with context %}

{{ code('/srv/lax') }}

settings:
  file.managed:
    - name: /srv/lax/settings.py
    - source: salt://elife-lax/config/srv-lax-settings.py
    - template: jinja
    - user: elife
    - group: www-data
    - mode: '0640'
    - show_changes: false # passwords are in it
    - require:
      - elife: code

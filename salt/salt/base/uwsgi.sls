# The application server: one application a machine, described by /etc/uwsgi/app.ini, run as the unit uwsgi-app.
uwsgi:
  pkg.installed:
    - pkgs:
      - uwsgi-core
      - uwsgi-plugin-python3
    - install_recommends: false

/etc/uwsgi:
  file.directory: []

/etc/systemd/system/uwsgi-app.service:
  file.managed:
    - source: salt://base/config/uwsgi-app.service

{% for name in ('app', 'uwsgi', 'process-queue', 'process-queue-daemon') %}
/var/log/{{ name }}.log:
  file.managed:
    - user: www-data
    - group: adm
    - mode: '0640'
    - replace: false
    - require:
      - pkg: uwsgi
{% endfor %}

/etc/logrotate.d/uwsgi-app:
  file.managed:
    - source: salt://base/config/etc-logrotate.d-uwsgi-app

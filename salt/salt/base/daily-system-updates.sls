# Debian's security updates, once a day, written down where people look for them.
unattended-upgrades:
  pkg.installed:
    - install_recommends: false

# One program decides when packages change: the unit below, not apt's own timers nor the watcher of shutdowns.
{% for unit in ('apt-daily.timer', 'apt-daily-upgrade.timer', 'unattended-upgrades.service') %}
{{ unit }}:
  service.masked:
    - require:
      - pkg: unattended-upgrades
{% endfor %}

{% for unit in ('service', 'timer') %}
/etc/systemd/system/daily-system-updates.{{ unit }}:
  file.managed:
    - source: salt://base/config/daily-system-updates.{{ unit }}
    - mode: '0644'
{% endfor %}

daily-system-updates.timer:
  service.running:
    - enable: true
    - require:
      - pkg: unattended-upgrades
    - watch:
      - file: /etc/systemd/system/daily-system-updates.service
      - file: /etc/systemd/system/daily-system-updates.timer

# UTC everywhere; people's own zones are the pages' business.
/etc/localtime:
  file.symlink:
    - target: /usr/share/zoneinfo/Etc/UTC
    - force: true

/etc/timezone:
  file.managed:
    - contents: Etc/UTC

{% if salt['elife.owns_clock']() %}
systemd-timesyncd:
  pkg.installed: []
  service.running:
    - enable: true
    - require:
      - pkg: systemd-timesyncd
{% endif %}

# The journal keeps everything, across reboots, within bounds; log files that people look for are rotated.
/etc/systemd/journald.conf.d/continuum.conf:
  file.managed:
    - contents: |
        [Journal]
        Storage=persistent
        SystemMaxUse=200M
    - makedirs: true

systemd-journald:
  service.running:
    - watch:
      - file: /etc/systemd/journald.conf.d/continuum.conf

logrotate:
  pkg.installed: []

/etc/logrotate.d/continuum:
  file.managed:
    - source: salt://base/config/etc-logrotate.d-continuum
    - mode: '0644'

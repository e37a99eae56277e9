# The login user. bootstrap made it at first boot, with the instance's public key; here it stays what it was.
elife:
  user.present:
    - fullname: eLife
    - shell: /bin/bash
    - optional_groups:
      - adm
      - systemd-journal
    - remove_groups: false

/etc/sudoers.d/elife:
  file.managed:
    - source: salt://base/config/etc-sudoers.d-elife
    - mode: '0440'
    - check_cmd: /usr/sbin/visudo -cqf

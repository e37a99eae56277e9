# Keys only. The machine's host keys are its own and nothing here touches them.
/etc/ssh/sshd_config.d/continuum.conf:
  file.managed:
    - contents: |
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin no
        X11Forwarding no
        UseDNS no
    - mode: '0644'
    - check_cmd: /usr/sbin/sshd -t -f

ssh:
  service.running:
    - enable: true
    - reload: true
    - watch:
      - file: /etc/ssh/sshd_config.d/continuum.conf

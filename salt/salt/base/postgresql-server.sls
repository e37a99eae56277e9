# A database on the machine itself. Programs reach it by its socket, as the Unix user that they run as: no password.
postgresql-server:
  pkg.installed:
    - pkgs:
      - postgresql
    - install_recommends: false
  service.running:
    - name: postgresql
    - enable: true
    - require:
      - pkg: postgresql-server

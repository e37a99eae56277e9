# The web server in front of an application. Sites are the projects' business.
nginx:
  pkg.installed:
    - pkgs:
      - nginx-light
    - install_recommends: false
  service.running:
    - enable: true
    - reload: true
    - require:
      - pkg: nginx

/etc/nginx/sites-enabled/default:
  file.absent:
    - require:
      - pkg: nginx
    - watch_in:
      - service: nginx

/etc/nginx/conf.d/continuum.conf:
  file.managed:
    - source: salt://base/config/etc-nginx-conf.d-continuum.conf
    - require:
      - pkg: nginx
    - watch_in:
      - service: nginx

# http://<address>/ping, for whoever watches machines over HTTP: the bot itself has no web server.
/etc/nginx/sites-enabled/ping.conf:
  file.managed:
    - contents: |
        server {
            listen 80;
            listen [::]:80;
            server_name ~.;

            location = /ping {
                default_type text/plain;
                return 200 "pong";
            }
        }
    - require:
      - pkg: nginx
    - watch_in:
      - service: nginx

# Which states make which machine. Every glob that matches a machine's name (`<project>-<instance id>`) adds its
# states, in this order. A directive `elife-lax` is elife-lax/init.sls; `elife-lax.uwsgi` is elife-lax/uwsgi.sls.
base:
  '*':
    - base
    - base.daily-system-updates

  'elife-bot-*':
    - base.python-dev
    - base.nginx
    - elife-bot
    - elife-bot.ping
  # elife-bot-large: all of it by elife-bot-*

  'elife-dashboard-*':
    - base.python-dev
    - base.postgresql
    - base.nginx
    - base.uwsgi
    - elife-dashboard
    - elife-dashboard.uwsgi
  'elife-dashboard-continuum-test':
    - elife-dashboard.continuum-test

  'elife-lax-*':
    - base.python-dev
    - base.postgresql
    - base.nginx
    - base.uwsgi
    - elife-lax
    - elife-lax.uwsgi
  'elife-lax-nonrds-*':
    - elife-lax-nonrds

  'elife-website-*':
    - base.python-dev
    - base.postgresql
    - base.nginx
    - base.uwsgi
    - elife-website
    - elife-website.uwsgi
  # elife-website-medium: all of it by elife-website-*

  # The machines of the other projects have the base states: basebox, builder-builder, central-logging, elife-api,
  # elife-jira, lagotto, master-server, elife-civiapi, elife-ci, elife-crm, elife-arges, elife-metrics.

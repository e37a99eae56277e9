# Data of the states, by the same globs as in ../salt/top.sls. No secret stands in any file here: database.jinja looks
# it up when it is asked for.
base:
  'elife-bot-*':
    - elife-bot
  'elife-dashboard-*':
    - elife-dashboard
  'elife-lax-*':
    - elife-lax

# Data of the states, by the same globs as in ../salt/top.sls. No secret stands in any file here: database.jinja and
# api.jinja look them up when they are asked for.
base:
  'elife-bot-*':
    - elife-bot
  'elife-dashboard-*':
    - elife-dashboard
  'elife-lax-*':
    - elife-lax
  'elife-website-*':
    - elife-website

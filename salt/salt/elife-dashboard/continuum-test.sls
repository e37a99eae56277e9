# Settings of the instance continuum-test.
include:
  - elife-dashboard

extend:
  settings:
    file:
      - source: salt://elife-dashboard/config/srv-app-dashboard-continuum-test_settings.py

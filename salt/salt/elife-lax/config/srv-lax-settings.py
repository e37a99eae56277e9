{% set app = pillar.elife_lax -%}
"""Settings of lax. Written by Salt, and written again every day: change it there."""

# Database
database = "{{ app.db.name }}"
host = "{{ salt['elife.cfg']('cfn.outputs.RDSHost') or app.db.host }}"
port = "{{ salt['elife.cfg']('cfn.outputs.RDSPort') or app.db.port }}"
user = "{{ app.db.username }}"
password = "{{ app.db.password }}"
# Who may send EIFs: the bot
api_user = "{{ app.api_user }}"
api_password = "{{ app.api_password }}"
# Logging
log_level = "{{ app.log_level }}"
log_file = "/var/log/app.log"

{% set app = pillar.elife_website -%}
{% set cfg = salt['elife.cfg'] -%}
{% set prefix = cfg('project.prefix', '') -%}
{% set cdn = (prefix ~ '-' if prefix else '') ~ 'elife-publishing-cdn' -%}
{% set endpoint = salt['environ.get']('AWS_ENDPOINT_URL') -%}
"""Settings of the website. Written by Salt, and written again every day: change it there."""

# Database
database = "{{ app.db.name }}"
host = "{{ cfg('cfn.outputs.RDSHost') or app.db.host }}"
port = "{{ cfg('cfn.outputs.RDSPort') or app.db.port }}"
user = "{{ app.db.username }}"
password = "{{ app.db.password }}"
# Who may post articles: the bot
api_user = "{{ app.api_user }}"
api_password = "{{ app.api_password }}"
# Signs the cookies of people who are signed in
secret_key = "{{ app.secret_key }}"
# Where articles' files are, until another place is set on /admin/config/services/elife-article-assets-source
cdn_url = "{{ app.get('cdn_url') or (endpoint ~ '/' ~ cdn ~ '/' if endpoint else 'https://' ~ cdn ~ '.s3.amazonaws.com/') }}"
# Where the site is, for links that are mailed or printed
site_url = "http://{{ cfg('cfn.outputs.Host', 'project.host', 'localhost') }}"
# Logging
log_level = "{{ app.log_level }}"
log_file = "/var/log/app.log"

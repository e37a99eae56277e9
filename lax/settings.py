"""Settings of lax. This file is for a checkout; on a machine Salt writes /srv/lax/settings.py."""

# Database: without a host there is none
database = "lax"
host = ""
port = "5432"
user = "lax"
password = ""
# Who may send EIFs: without a password nobody
api_user = "bot"
api_password = ""
# Logging: to stderr only
log_level = "INFO"
log_file = ""

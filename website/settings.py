"""Settings of the website. This file is for a checkout; on a machine Salt writes /srv/website/settings.py."""

# Database: without a host there is none
database = "website"
host = ""
port = "5432"
user = "website"
password = ""
# Who may post articles; without a password nobody may
api_user = "bot"
api_password = ""
# Signs the cookies of people who are signed in; without one, each process makes its own when it starts
secret_key = ""
# Where articles' files are, until another place is set on /admin/config/services/elife-article-assets-source
cdn_url = ""
# Where people reach this site: what `drush uli` prints a link to
site_url = "http://localhost:5000"
# Logging: to stderr only
log_level = "INFO"
log_file = ""

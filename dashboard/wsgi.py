"""What uWSGI loads: `application`, made from the settings.py beside it."""

from continuum import logs
from continuum.database import Database
from continuum.settings import read
from dashboard import settings
from dashboard.application import create

logs.to(settings.log_file, "dashboard", settings.log_level)
application = create(read(Database, settings))

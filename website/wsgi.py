"""What uWSGI loads: `application`, made from the settings.py beside it."""

from continuum import logs
from continuum.database import Database
from continuum.settings import read
from website import settings
from website.application import create
from website.configuration import Configuration

logs.to(settings.log_file, "website", settings.log_level)
application = create(read(Database, settings), read(Configuration, settings))

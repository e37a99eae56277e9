"""What uWSGI loads: `application`, made from the settings.py beside it."""

from continuum import logs
from continuum.database import Database
from continuum.settings import read
from lax import settings
from lax.application import create

logs.to(settings.log_file, "lax", settings.log_level)
application = create(read(Database, settings))

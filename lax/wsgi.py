"""What uWSGI loads: `application`, made from the settings.py beside it."""

from continuum import logs
from lax import settings
from lax.application import Settings, create

logs.to(settings.log_file, "lax", settings.log_level)
application = create(Settings.of(settings))

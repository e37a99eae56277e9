"""Makes this folder importable as `dashboard` where it stands alone, in /srv/elife-dashboard, as in the repository.

There `wsgi.py` finds this module under the name `dashboard`; a module with a `__path__` is a package.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent)]

"""Makes this folder importable as `website` where it stands alone, in /srv/website, as it is in the repository.

There `wsgi.py` finds this module under the name `website`; a module with a `__path__` is a package.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent)]

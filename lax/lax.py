"""Makes this folder importable as `lax` where it stands alone, in /srv/lax, as it is in the repository.

There `wsgi.py` finds this module under the name `lax`; a module with a `__path__` is a package.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent)]

"""Makes this folder importable as `bot` where it stands alone, in /opt/elife-bot, as it is in the repository.

There `python decider.py` finds this module under the name `bot`; a module with a `__path__` is a package.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent)]

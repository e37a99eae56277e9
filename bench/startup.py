"""What a command costs before it does anything: whole processes, side by side in one run, medians.

    .venv/bin/python bench/startup.py [--runs 15]

Exit code 1 where a figure is over its limit.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = str(ROOT / ".venv/bin/python")
ALL = """
from builder import projects
known = projects.load()
for name in known:
    projects.template(known.project(name, "bench"))
"""


def main() -> int:
    """Measure, print a line a figure, and compare."""
    runs = _arguments().runs
    commands = {
        "import invoke": [PYTHON, "-c", "import invoke"],
        "import troposphere.ec2": [PYTHON, "-c", "import troposphere.ec2"],
        "./bldr -l": ["./bldr", "-l"],
        "./bldr template elife-bot bench": ["./bldr", "template", "elife-bot", "bench"],
        "all 19 templates, one process": [PYTHON, "-c", ALL],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):  # in turn, so that a busy moment of the computer meets all of them alike
        for name, command in commands.items():
            times[name].append(_time(command))
    median = {name: statistics.median(found) for name, found in times.items()}
    for name, milliseconds in median.items():
        print(f"{milliseconds:7.1f} ms  {name}")
    one = 2 * median["import troposphere.ec2"]
    return max(
        _judge("./bldr -l", median["./bldr -l"], median["import invoke"] + 60, "import invoke + 60 ms"),
        _judge("one template", median["./bldr template elife-bot bench"], one, "2 x import troposphere.ec2"),
        _judge("all templates", median["all 19 templates, one process"], one + 100, "the same + 100 ms"),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=15)
    return parser.parse_args()


def _time(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def _judge(what: str, found: float, limit: float, name: str) -> int:
    print(f"{what}: {found:.0f} ms, limit {limit:.0f} ms ({name}): {'ok' if found <= limit else 'OVER'}")
    return int(found > limit)


if __name__ == "__main__":
    sys.exit(main())

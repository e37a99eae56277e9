"""What templates cost: project files read, one template, all of them; against what it costs to import troposphere.

    .venv/bin/python bench/templates.py [--runs 15]

Whole processes are measured side by side, in turn; medians. Exit code 1 where a figure is over its limit.
(`bench/startup.py` measures the same through `./bldr`.)
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOAD = "from builder.projects import load, template; projects = load()"
PROCESSES = {
    "python": "pass",
    "import troposphere.ec2": "import troposphere.ec2",
    "projects read and checked": LOAD,
    "one template": f"{LOAD}; template(projects.project('elife-lax', 'bench'))",
    "all templates": f"{LOAD}; [template(projects.project(name, 'bench')) for name in projects]",
}
REPEATED = 100  # templates in one process


def main() -> int:
    """Measure, print a line a figure, and compare."""
    parser = argparse.ArgumentParser(description="What templates cost.")
    parser.add_argument("--runs", type=int, default=15)
    median = _processes(parser.parse_args().runs)
    for name, milliseconds in median.items():
        print(f"{milliseconds:7.1f} ms  {name}, whole process")
    each = _one_of_many()
    twice = 2 * median["import troposphere.ec2"]
    figures = (
        ("one template", median["one template"], twice, "2 x import troposphere.ec2"),
        ("all templates", median["all templates"], twice + 100, "the same + 100 ms"),
        (f"each of {REPEATED} in one process", each, 5.0, "5 ms"),
    )
    for name, measured, limit, meaning in figures:
        verdict = "ok" if measured <= limit else "TOO SLOW"
        print(f"{name}: {measured:.1f} ms, limit {limit:.1f} ms ({meaning}), {measured / limit:.2f} of it: {verdict}")
    return int(any(measured > limit for _, measured, limit, _ in figures))


def _processes(runs: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(runs):  # in turn, so that a busy moment of the computer meets all of them alike
        for name, program in PROCESSES.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _one_of_many() -> float:
    program = f"{LOAD}; import time; bot = projects.project('elife-lax', 'bench'); template(bot); " + (
        f"began = time.perf_counter(); [template(bot) for _ in range({REPEATED})]; print(time.perf_counter() - began)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout) * 1000 / REPEATED


if __name__ == "__main__":
    sys.exit(main())

"""An article's text for readers: JATS converted to HTML.

`to_html(xml)` never fails: what can't be read is left out, and `Body.problems` says so. `with_pictures(body, base)`
asks the CDN which pictures there are. `at(html, base)` puts the CDN's address in, when the page is shown.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from website.body.model import Body, Heading

__all__ = ["ASSET", "Body", "Heading", "at", "to_html", "with_pictures"]

log = logging.getLogger(__name__)

ASSET = "cdn-asset:"
"""Stands before the name of each of the article's files in `Body.html`."""


def to_html(xml: bytes, timeout: float = 30) -> Body:
    """The article's text, converted in a process of its own that gets `timeout` seconds and limited memory."""
    # Not sys.executable: under uWSGI that is uWSGI.
    python = Path(sys.prefix) / "bin" / "python"
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            [python, "-m", "website.body"], input=xml, capture_output=True, timeout=timeout, env=environment, check=True
        )
        return Body.from_json(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Body(problems=(f"the text could not be converted within {timeout:g} seconds",))
    except subprocess.CalledProcessError as error:
        log.error("website.body ended with %s: %s", error.returncode, error.stderr.decode(errors="replace")[-4000:])
        return Body(problems=("the text could not be converted: the converter ended early (see the log)",))


def with_pictures(body: Body, base: str) -> Body:
    """The same, its pictures' places reserved and offered in every width that lies below `base`."""
    from website.body import pictures  # so that pages are shown without loading an HTTP client

    return dataclasses.replace(body, html=pictures.sized(body.html, pictures.measure(pictures.names(body.html), base)))


def at(html: str, base: str) -> str:
    """The article's HTML with its files below the address `base` (which ends in a slash)."""
    return html.replace(ASSET, base)

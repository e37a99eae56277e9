"""The publishing environment `ct` on launched machines: bot, lax and website, each made by `./bldr` and Salt.

What is done to it is what a user does, with the tools that he has: the AWS command line, a browser, `drush` on the
machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from continuum.database import Database
from tests.conftest import ROOT, Cloud
from tests.pipeline.publishing import Publishing

NOWHERE = Database("", 0, "", "", "")  # the machines have theirs in RDS
BOT, LAX, WEBSITE = (f"{project}-continuum-test" for project in ("elife-bot", "elife-lax", "elife-website"))


class _AtMachine(HTTPAdapter):
    """Sends what is meant for a host of the journal to its machine: on this computer its name resolves to nothing."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *words: Any, **named: Any) -> requests.Response:
        assert request.url
        there = urlsplit(request.url)
        request.headers["Host"] = there.netloc
        request.url = there._replace(netloc=self._address).geturl()
        return super().send(request, *words, **named)


@dataclass
class Launched(Publishing):
    """The environment `ct` of a run's cloud, and a browser at its website."""

    browser: requests.Session = field(default_factory=requests.Session)
    anybody: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def of(cls, cloud: Cloud, folder: Path) -> Launched:
        """Waits until all three machines are there."""
        made = cls(cloud, folder, NOWHERE, NOWHERE, prefix="ct")
        for name in (BOT, LAX, WEBSITE):
            project = name.removesuffix("-continuum-test")
            outputs = made._outputs(cloud.launch(project, "continuum-test"))
            for session in (made.browser, made.anybody):
                session.mount(f"http://{outputs.get('Host', '-')}", _AtMachine(outputs["PublicIP1"]))
        made.lax_url, made.website_url = (f"http://{made._outputs(name)['Host']}" for name in (LAX, WEBSITE))
        return made

    def _outputs(self, stack: str) -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return {each["OutputKey"]: each["OutputValue"] for each in found}

    def upload(self, file: Path) -> None:
        """Puts a zip where articles arrive: `aws s3 cp`."""
        words = [str(ROOT / ".venv/bin/aws"), "s3", "cp", str(file), f"s3://{self.bucket('production-final')}/"]
        done = self.cloud.run(*words, environment=self.environment)
        assert done.returncode == 0, done.stdout + done.stderr

    def sign_in(self) -> None:
        """By the link that `drush uli` on the machine prints; the browser is signed in then."""
        link = self.cloud.on(WEBSITE, "drush uli")
        assert self.browser.get(link, timeout=60).status_code == 200

    def preview(self, path: str) -> requests.Response:
        """A page as who is signed in sees it."""
        return self.browser.get(f"{self.website_url}/{path}", timeout=60)

    def page(self, path: str) -> requests.Response:
        """A page as everybody sees it."""
        return self.anybody.get(f"{self.website_url}/{path}", timeout=60)

    def public(self, path: str) -> bool:
        try:
            return self.page(path).status_code == 200
        except requests.ConnectionError:  # the machine boots
            return False

    def versions(self, article_id: str) -> dict[str, Any]:
        try:
            answer = self.anybody.get(f"{self.lax_url}/api/v1/article/10.7554/eLife.{article_id}/version/", timeout=60)
        except requests.ConnectionError:
            return {}
        return dict(answer.json()) if answer.ok else {}

    def refused(self) -> list[str]:
        """Lines of the machines' journals in which AWS refused something."""
        asked = "journalctl --no-pager -q -o cat -g 'AccessDenied.* when calling|is not authorized to perform' || true"
        return [line for name in (BOT, LAX, WEBSITE) for line in self.cloud.on(name, asked).splitlines()]

"""The website's machine: drush, the limits of a request, and what happens to the site while its code is exchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

from tests.conftest import Cloud

pytestmark = pytest.mark.machines

STACK, SITE = "elife-website-continuum-test", "continuum-test.v2.elifesciences.org"


@pytest.fixture(scope="module")
def host(launched: Any) -> Host:
    return launched("elife-website")


def get(host: Host, path: str, *options: str) -> str:
    """What the site answers: the status and, below it, the page."""
    words = " ".join(options)
    return host.check_output(f"curl -s -w '%{{http_code}}' -H 'Host: {SITE}' {words} http://localhost/{path}")


def test_drush_gives_a_link_that_signs_in_once(host: Host) -> None:
    link = host.check_output("drush uli")
    assert link.startswith(f"http://{SITE}/user/reset/")
    path = link.removeprefix(f"http://{SITE}/")
    jar = host.check_output("mktemp")
    assert get(host, path, "-o /dev/null", f"-c {jar}")[-3:] in ("200", "302", "303")
    settings = "admin/config/services/elife-article-assets-source"
    assert "/ct-elife-publishing-cdn/" in get(host, settings, f"-b {jar}")
    assert get(host, settings, "-o /dev/null") in ("401", "403")


def test_nobody_posts_an_article_without_a_password(host: Host) -> None:
    assert get(host, "api/article.json", "-o /dev/null", "-d '{}'") in ("401", "403")


def test_a_request_is_cut_after_a_minute_and_what_it_began_goes_on(host: Host) -> None:
    assert "uwsgi_read_timeout 60s;" in host.check_output("sudo nginx -T 2>/dev/null")
    assert int(host.check_output("sed -n 's/^harakiri = //p' /etc/uwsgi/app.ini")) > 300


def test_an_eif_of_some_megabytes_gets_in_and_a_huge_body_does_not(host: Host) -> None:
    host.check_output("head -c 8M /dev/zero >/tmp/eif; head -c 17M /dev/zero >/tmp/huge")
    assert get(host, "api/article.json", "-o /dev/null", "--data-binary @/tmp/eif") in ("401", "403")
    assert get(host, "api/article.json", "-o /dev/null", "--data-binary @/tmp/huge") == "413"


def test_the_site_is_held_while_its_code_is_exchanged(host: Host) -> None:
    host.check_output("echo '# edited' | sudo tee -a /srv/website/application.py")
    host.check_output("sudo systemctl start continuum-highstate.service")
    run = json.loads(host.check_output("cat /run/continuum/last.json"))
    changed = [state["id"] for state in run["changes"]]
    assert changed.index("maintenance-begins") < changed.index("code") < changed.index("maintenance-ends")
    assert changed.index("uwsgi-app") < changed.index("maintenance-ends")
    assert "maintenance is off" in host.check_output("drush maintenance status")
    assert not host.file("/srv/website/application.py").contains("# edited")


def test_while_the_application_is_away_the_answer_says_when_to_come_back(host: Host) -> None:
    host.check_output("sudo systemctl stop uwsgi-app")
    assert get(host, "", "-D -", "-o /dev/null").count("Retry-After: 30") == 1
    assert get(host, "", "-o /dev/null") == "503"
    host.check_output("sudo systemctl start uwsgi-app")
    assert get(host, "", "-o /dev/null") == "200"


def test_requests_are_in_the_journal_too(host: Host) -> None:
    get(host, "ping?journal", "-o /dev/null")
    assert "GET /ping?journal" in host.check_output("sudo journalctl --no-pager -t nginx -n 20")


def test_no_secret_is_in_a_report_or_in_the_stack(host: Host, cloud: Cloud) -> None:
    s3, manager, formation = (cloud.client(each) for each in ("s3", "secretsmanager", "cloudformation"))
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("continuum-builder-"))
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"stacks/{STACK}/")
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    told = [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
    told.append(json.dumps(formation.describe_stack_events(StackName=STACK), default=str))
    told.append(json.dumps(formation.get_template(StackName=STACK), default=str))
    assert len(told) > 2
    for name in ("api", "session"):
        secret = json.loads(manager.get_secret_value(SecretId=f"{STACK}/{name}")["SecretString"])["password"]
        assert len(secret) == 48
        assert not any(secret in each for each in told)

"""What is wrong with a project file is told all at once, each with its line and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import UsageError
from builder.projects import load

Mistakes = Callable[..., list[str]]

BROKEN_IN_MANY_WAYS = """\
defaults:
    domian: elifesciences.org
    aws:
        rds: {storage: many}
    aws-alt:
        Not An Id: {prefix: ct}
elife-lax:
    description: yes
    subdomain: La_x
    repo: {branch: main}
    aws:
        ports:
            99999: 80
            80: {guest: 80, cidr-ip: 10.0.0.0/99}
            443: {gest: 443}
        s3:
            articles:
                notify: [{queue: nowhere}]
        sqs: {abc-1: {}, abc1: {}}
    subdomain: again
Elife-Bot:
    masterless: perhaps
    aws: {root: !!python/object/apply:os.system [ls], access: {swf: 1, s3: {read: one}}}
"""
FOUND = """\
elife.yaml:2: defaults.domian: there is no such key, did you mean domain?
elife.yaml:4: defaults.aws.rds.storage: must be a whole number, not 'many'
elife.yaml:6: defaults.aws-alt.Not An Id: 'Not An Id' is no instance id: an instance id has small letters, digits and \
single hyphens inside (such as continuum-test or 2016-03-29), at most 63 characters
elife.yaml:8: elife-lax.description: must be a text, and yes is true or false in YAML: write 'yes'
elife.yaml:9: elife-lax.subdomain: 'La_x' is not a subdomain such as lax
elife.yaml:10: elife-lax.repo: needs `path` (a folder of this repository) or `url` (another one)
elife.yaml:13: elife-lax.aws.ports.99999: 99999 is not between 1 and 65535
elife.yaml:14: elife-lax.aws.ports.80.cidr-ip: '10.0.0.0/99' is not a network such as 10.0.0.0/8 \
('99' is not a valid netmask)
elife.yaml:15: elife-lax.aws.ports.443: lacks the key guest: add it
elife.yaml:15: elife-lax.aws.ports.443.gest: there is no such key, did you mean guest?
elife.yaml:18: elife-lax.aws.s3.articles.notify.0.queue: the project has no queue nowhere: add it under `sqs`
elife.yaml:19: elife-lax.aws.sqs.abc1: is too much like abc-1 (both are Abc1Queue): rename one
elife.yaml:20: elife-lax.subdomain: stands here a second time (first on line 9): keep one of the two
elife.yaml:21: Elife-Bot: 'Elife-Bot' is not a project name such as elife-bot
elife.yaml:21: Elife-Bot: lacks the key description: add it
elife.yaml:22: Elife-Bot.masterless: must be true or false, not 'perhaps'
elife.yaml:23: Elife-Bot.aws.access.s3.read: must be a list, not 'one': write it as [one]
elife.yaml:23: Elife-Bot.aws.access.swf: must be true or false, not '1'
elife.yaml:23: Elife-Bot.aws.root: has the tag tag:yaml.org,2002:python/object/apply:os.system, which is not allowed \
here: write the plain value"""


def test_all_mistakes_of_a_file_are_told_at_once(mistakes: Mistakes) -> None:
    assert mistakes(BROKEN_IN_MANY_WAYS) == FOUND.splitlines()


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: {description: [x]}", "1: a.description: must be a text, not a list"),
        ("a: {description: }", "1: a.description: is empty: give it a value, or leave the line out"),
        ("a: {description: x, aws: 3}", "1: a.aws: must hold keys, not '3'"),
        ("a: 3", "1: a: must hold keys with values"),
        ("a: {description: x, aws-alt: [ct]}", "1: a.aws-alt: must hold instance ids, each with what differs"),
        ("a: {description: x, aws: {ports: {22: {}}}}", "1: a.aws.ports.22: lacks the key guest: add it"),
        ("a: {description: x, aws: {ports: {ssh: 22}}}", "1: a.aws.ports.ssh: must be a whole number, not 'ssh'"),
        ("a: {description: x, aws: {ports: {80: 0}}}", "1: a.aws.ports.80: 0 is not between 1 and 65535"),
        ("a: {description: x, aws: {ports: [80]}}", "1: a.aws.ports: must hold keys with values, not a list"),
        ("a: {description: x, aws: {ssh-from: [1.2.3.4]}}", "'1.2.3.4' is not a network: write 1.2.3.4/32 for one"),
        ("a: {description: x, aws: {ssh-from: [10.0.0.1/8]}}", "10.0.0.1/8 has host bits set"),
        ("a: {description: x, aws: {ext: }}", "1: a.aws.ext: is empty: write {size: …}"),
        ("a: {description: x, aws: {cluster-size: 0}}", "1: a.aws.cluster-size: 0 is not between 1 and 50"),
        ("a: {description: x, aws: {cluster-size: 1.5}}", "1: a.aws.cluster-size: must be a whole number, not '1.5'"),
        ("a: {description: x, aws: {rds: {username: postgres}}}", "'postgres' is not a user name that RDS allows"),
        ("a: {description: x, aws: {rds: {engine: oracle}}}", "'oracle' is not one of postgres"),
        ("a: {description: x, aws: {subnet-ids: [subnet-1]}}", "1: a.aws.subnet-ids: needs `vpc-id` beside it"),
        ("a: {description: x, aws: {vpc-id: vpc-1}}", "1: a.aws.vpc-id: needs `subnet-ids` beside it"),
        (
            "a: {description: x, aws: {vpc-id: vpc-1, subnet-ids: [subnet-1], rds: {}}}",
            "1: a.aws.subnet-ids: a database needs subnets in two zones",
        ),
        ("a: {description: x, aws: {secrets: {api: Bot}}}", "'Bot' is not a user name such as elife-bot"),
        ("a: {description: x, aws: {secrets: {api: {}}}}", "a.aws.secrets.api: lacks the key username: add it"),
        ("a: {description: x, aws: {rds: {}, secrets: {database: x}}}", "1: a.aws.secrets: DatabaseSecret is the"),
        ("a: {description: x, aws: {access: {secrets: [b]}}}", "'b' is not a project's secret such as elife-lax/api"),
        ("a: {description: x, aws: {access: {secrets: [b/api]}}}", "1: a.aws.access.secrets.0: no project makes b/api"),
        ("a: {description: x, repo: ../other}", "1: a.repo: '../other' is not a folder such as bot"),
        ("a: {description: x, repo: {url: rm -rf}}", "1: a.repo.url: 'rm -rf' is not a git URL"),
        ("a: {description: x, repo: {url: 'https://me:secret@example.org/x.git'}}", "without credentials in it"),
        ("a: {description: x, repo: {path: bot, branch: --upload-pack=x}}", "'--upload-pack=x' is not a branch name"),
        ('a: {description: "\\e[2Jx"}', "is not one line of text"),
        ('a: {description: x, "\\r\\n": 1}', "1: a.\\r\\n: there is no such key"),
        ("a: {description: x, <<: {}}", "1: a.<<: << is not supported"),
        ("a: &a {description: x, aws: *a}", "1: a.aws: refers to itself"),
        (
            "a: {description: x}\nb: {description: y, subdomain: www}\nc: {description: z, subdomain: www}",
            "3: c.subdomain",
        ),
        ("a: {description: x}\na: {description: y}", "2: a: stands here a second time (first on line 1)"),
        ("a: {description: x", "is not YAML"),
        ("- a", "1: must hold keys with values at its top level"),
        ("", "1: has no project in it"),
        ("defaults: {domain: elifesciences.org}", "1: has no project in it: add one beside `defaults`"),
    ],
)
def test_each_mistake_is_told_in_words(mistakes: Mistakes, text: str, mistake: str) -> None:
    (only,) = mistakes(text)
    assert only.startswith("elife.yaml:")
    assert mistake in only


def test_a_mistake_in_an_alternative_names_the_alternative(mistakes: Mistakes) -> None:
    (only,) = mistakes("a:\n    description: x\n    aws-alt:\n        prod:\n            type: huge\n")
    assert only == "elife.yaml:5: a.aws-alt.prod.type: 'huge' is not an instance type such as t3.small"


def test_what_an_alternative_makes_contradictory_is_told(mistakes: Mistakes) -> None:
    text = (
        "a: {description: x, aws: {sqs: {new: {}}, s3: {box: {notify: [{queue: new}]}}}, aws-alt: {ct: {sqs: {new: }}}}"
    )
    (only,) = mistakes(text)
    assert "a.aws.s3.box.notify.0.queue: the project has no queue new" in only


def test_a_project_may_be_in_one_file_only(mistakes: Mistakes) -> None:
    (only,) = mistakes("a: {description: x}", ours="\na: {description: y}")
    assert only == "ours.yaml:2: a: is a project in elife.yaml:1 already: rename or remove one of the two"


def test_a_missing_file_is_told_beside_the_mistakes_of_the_others(tmp_path: Path) -> None:
    tmp_path.joinpath("settings.yaml").write_text("project-files: [gone.yaml, bad.yaml]\n")
    tmp_path.joinpath("bad.yaml").write_text("a: {}\n")
    with pytest.raises(UsageError) as raised:
        load(tmp_path / "settings.yaml")
    lines = raised.value.message.splitlines()
    assert [line.split("/")[-1] for line in lines] == [
        "bad.yaml:1: a: lacks the key description: add it",
        "gone.yaml:1: cannot be read (No such file or directory): create it, or name another file",
    ]
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ("project-files: []", "must name the project files, such as project-files: [projects/elife.yaml]"),
        ("project-files: elife.yaml", "must name the project files"),
        ("projects: [elife.yaml]", "there is no such setting"),
    ],
)
def test_mistakes_in_the_settings_file_are_told(tmp_path: Path, settings: str, mistake: str) -> None:
    tmp_path.joinpath("settings.yaml").write_text(settings)
    with pytest.raises(UsageError, match=r"settings\.yaml:1: ") as raised:
        load(tmp_path / "settings.yaml")
    assert mistake in raised.value.message

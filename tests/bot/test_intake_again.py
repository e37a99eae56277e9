"""The same step twice, two workers at one step, a step that was cut off: it ends the same."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.activity import apply_version_number, deposit_assets, expand_article, resize_images
from bot.activity.task import Article, PermanentFailure, TemporaryFailure
from bot.provider.article_xml import at_version
from bot.provider.lax import UnknownArticle
from tests.articles import Package, make_article
from tests.bot.intake import BUCKETS, Journal
from tests.bot.speaker import cut, say, speaking

STEPS = ("ExpandArticle", "ApplyVersionNumber", "ScheduleCrossref", "ResizeImages", "DepositAssets", "ArchiveArticle",
         "ScheduleDownstream")  # fmt: skip
ARTICLE = make_article(article_id="00777", version=2, figures=1, figure_size=(40, 30))


@pytest.fixture
def journal(endpoint: str) -> Journal:
    made = Journal()
    made.send(ARTICLE.zip_name, ARTICLE.zip_bytes())
    return made


def everything(journal: Journal) -> dict[str, str]:
    """What lies in the buckets, and its digest."""
    return {
        f"{bucket} {key}": hashlib.sha256(journal.content(bucket, key)).hexdigest()
        for bucket in BUCKETS
        for key in journal.keys(bucket)
    }


def test_each_step_may_be_done_twice(journal: Journal) -> None:
    for step in STEPS:
        first = journal.do(step).copy()
        before = everything(journal)
        assert journal.do(step) == first
        assert everything(journal) == before, step


def test_two_workers_may_be_at_one_step(journal: Journal) -> None:
    for step in STEPS[:2]:
        with ThreadPoolExecutor(2) as workers:
            [one, other] = workers.map(lambda _, step=step: journal.do(step), range(2))
        assert one == other
    names = [name.replace(".", "-v2.") for name in ARTICLE.files]
    assert sorted(journal.expanded()) == sorted(names)


def test_a_worker_taken_for_dead_changes_nothing_that_is_done(journal: Journal) -> None:
    """It expands the zip again when the files have their version already, even in the XML's own name."""
    versioned = make_article(article_id="00777", version=2, figures=1, figure_size=(40, 30), versioned_files=True)
    old = ARTICLE.xml  # its links have no version, but its name has one: as zips that were made by hand
    files = {**versioned.files, "elife-00777-v2.xml": old, "elife-00777-supp1.csv": b"1"}
    files.pop("elife-00777-supp1-v2.csv")
    journal.send(ARTICLE.zip_name, packed(files))
    journal.do("ExpandArticle", "ApplyVersionNumber")
    assert journal.expanded()["elife-00777-v2.xml"] == at_version(old, "00777", 2) != old
    expand_article.perform(journal.task("ExpandArticle"))
    assert journal.expanded()["elife-00777-v2.xml"] == at_version(old, "00777", 2)
    assert "elife-00777-supp1.csv" in journal.expanded()  # it put that there, again …
    journal.do("DepositAssets", "ArchiveArticle")
    assert "00777/elife-00777-supp1-v2.csv" in journal.keys("ppp_cdn")
    assert "00777/elife-00777-supp1.csv" not in journal.keys("ppp_cdn")  # … which nobody takes for the article's


def packed(files: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def test_a_version_cut_off_half_way_is_finished(journal: Journal) -> None:
    """Some files have their new names, some both names, some the old one."""
    journal.do("ExpandArticle")
    session = dict(journal.session)
    whole = journal.do("ApplyVersionNumber")
    done = journal.expanded()
    journal.session = session
    folder = session["expanded_folder"]
    for name in ("elife-00777.xml", "elife-00777.pdf", "elife-00777-fig1.tif"):
        body = ARTICLE.files[name]
        journal.s3.put_object(Bucket=journal.bucket("expanded"), Key=f"{folder}/{name}", Body=body)
    journal.s3.delete_object(Bucket=journal.bucket("expanded"), Key=f"{folder}/elife-00777-v2.pdf")
    assert journal.do("ApplyVersionNumber") == whole
    assert journal.expanded() == done


def test_a_step_whose_answer_is_not_wanted_stops(journal: Journal) -> None:
    """Another worker has it by now."""
    journal.do("ExpandArticle", "ApplyVersionNumber")
    for module, part in (
        (apply_version_number, None),
        (deposit_assets, None),
        (resize_images, "elife-00777-fig1-v2.tif"),
    ):
        task = journal.task("", part)
        task.abandoned.set()
        with pytest.raises(TemporaryFailure, match="another worker does it"):
            module.perform(task)
    assert journal.keys("ppp_cdn") == []


def there_are(*numbers: int) -> object:
    return {str(number): {"datetime_published": "2012-12-13T00:00:00Z"} for number in numbers}


def with_lax(journal: Journal, address: str) -> None:
    versions, update = f"{address}/{{article_id}}/version/", f"{address}/create-update/"
    journal.settings = replace(journal.settings, lax_article_versions=versions, lax_update=update)


UNVERSIONED = make_article(article_id="10856", version=None, date=None, revision=4, figures=0)


@pytest.mark.parametrize(("there", "version"), [((1, 2), 3), ((), 1)])
def test_without_a_version_in_its_name_lax_is_asked(journal: Journal, there: tuple[int, ...], version: int) -> None:
    with speaking(say(200, there_are(*there)) if there else say(404)) as lax:
        with_lax(journal, lax.address)
        assert UNVERSIONED.zip_name == "elife-10856-vor-r4.zip"
        journal.send(UNVERSIONED.zip_name, UNVERSIONED.zip_bytes())
        task = journal.task("ExpandArticle")
        assert expand_article.identify(task) == Article("10856", version, task.run)
        session = journal.do("ExpandArticle", "ApplyVersionNumber")
        assert len(lax.asked) == 1  # once, so that start and end of a try tell of one version
    assert (session["version"], session["article_xml"]) == (version, f"elife-10856-v{version}.xml")
    assert session["expanded_folder"] == f"10856.{version}/{session['run']}"
    assert session["update_date"] == "2016-05-28T15:00:00Z"  # when it was put there


def test_a_zip_may_be_in_any_bucket_and_folder(journal: Journal) -> None:
    """The feeder restarts an article from wherever its zip is; not every feeder says when that came there."""
    journal.s3.put_object(Bucket=journal.bucket("archive"), Key="old/elife-00777-poa-v1.zip", Body=ARTICLE.zip_bytes())
    journal.data = {"bucket_name": journal.bucket("archive"), "file_name": "old/elife-00777-poa-v1.zip"}
    session = journal.do("ExpandArticle", "ApplyVersionNumber")
    assert (session["zip_name"], session["status"], session["version"]) == ("elife-00777-poa-v1.zip", "poa", 1)
    came = journal.object("archive", "old/elife-00777-poa-v1.zip")["LastModified"]
    assert session["update_date"] == f"{came:%Y-%m-%dT%H:%M:%SZ}"


def test_lax_that_is_away_is_waited_for(journal: Journal) -> None:
    with speaking(cut()) as lax:
        with_lax(journal, lax.address)
        journal.send(UNVERSIONED.zip_name, UNVERSIONED.zip_bytes())
        with pytest.raises(TemporaryFailure, match="lax"):
            journal.do("ExpandArticle")


def test_a_silent_correction_is_of_the_highest_published_version(journal: Journal) -> None:
    with speaking(say(200, there_are(1, 2, 3)), say(404)) as lax:
        with_lax(journal, lax.address)
        journal.session = {"force": True}
        assert journal.do("ExpandArticle", "ApplyVersionNumber")["article_xml"] == "elife-00777-v3.xml"
        journal.send(ARTICLE.zip_name, ARTICLE.zip_bytes())
        journal.session = {"force": True}
        with pytest.raises(UnknownArticle):
            journal.do("ExpandArticle")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("elife-00777-vor-v1.tar", "it is not a .zip; give it such a name and send it again"),
        ("article.zip", "it is not named elife-<id>-<status>"),
        ("elife-00777-draft-v1.zip", "its status is neither poa nor vor"),
        ("elife-00777-vor-v1-20161301000000.zip", "its date does not exist"),
        ("elife-00777-vor-v0.zip", "an article has no version 0"),
    ],
)
def test_a_zip_with_a_wrong_name_is_told(journal: Journal, name: str, words: str) -> None:
    journal.send(name, b"")
    with pytest.raises(PermanentFailure) as caught:
        expand_article.identify(journal.task("ExpandArticle"))
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)


def test_a_zip_that_is_gone_is_told(journal: Journal) -> None:
    journal.s3.delete_object(Bucket=journal.bucket("production"), Key=ARTICLE.zip_name)
    with pytest.raises(PermanentFailure, match=f"There is no file {ARTICLE.zip_name} in the bucket"):
        journal.do("ExpandArticle")


def test_a_zip_of_another_article_is_told(journal: Journal) -> None:
    journal.send("elife-00778-vor-v2.zip", ARTICLE.zip_bytes())
    with pytest.raises(PermanentFailure, match=r"elife-00778-vor-v2.zip: 'elife-00777.*': it is of article 00777"):
        journal.do("ExpandArticle")
    assert journal.keys("expanded") == []


def test_bad_xml_is_told_before_anything_is_kept(journal: Journal) -> None:
    bomb = b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]><article>&x;</article>'
    journal.send(ARTICLE.zip_name, packed({**ARTICLE.files, "elife-00777.xml": bomb}))
    with pytest.raises(
        PermanentFailure, match=f"elife-00777.xml in {ARTICLE.zip_name} declares the entity x, which is"
    ):
        journal.do("ExpandArticle")
    assert journal.keys("expanded") == []


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk with room for nothing, where the worker puts what is too large for memory."""
    if os.geteuid() != 0:
        pytest.skip("a disk of its own needs root")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(tmp_path)], check=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_is_told_and_may_pass(journal: Journal, small_disk: Path) -> None:
    article: Package = make_article(article_id="00777", version=2, figures=3, figure_size=(900, 700))
    assert len(article.zip_bytes()) > 8192
    journal.send(article.zip_name, article.zip_bytes())
    with pytest.raises(TemporaryFailure, match=r"The disk of the worker .* is full"):
        journal.do("ExpandArticle")
    assert list(small_disk.iterdir()) == []

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuum.articles import ASSETS, ArticleFile, ArticleNameError, ArticleZip, Problem, Status

ids = st.integers(0, 999_999).map("{:05}".format)
numbers = st.none() | st.integers(0, 99)
dates = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda when: when.replace(microsecond=0))
zips = st.builds(ArticleZip, ids, st.sampled_from(Status), numbers, numbers, dates)
assets = st.builds("{}{}".format, st.sampled_from(ASSETS), st.just("") | st.integers(1, 99))
files = st.builds(
    ArticleFile, ids, st.lists(assets, max_size=3).map(tuple), numbers, st.sampled_from(["xml", "pdf", "tif", "mp4"])
)


@given(zips)
def test_a_zip_is_read_as_it_was_named(article: ArticleZip) -> None:
    assert ArticleZip.parse(article.name) == article


@given(files)
def test_a_file_is_read_as_it_was_named(file: ArticleFile) -> None:
    assert ArticleFile.parse(file.name) == file


@given(st.text() | st.from_regex(r"elife-[0-9a-z.-]{0,40}(\.zip)?", fullmatch=True))
def test_any_other_name_is_refused_with_a_reason(name: str) -> None:
    try:
        assert ArticleZip.parse(name).article_id in name
    except ArticleNameError as error:
        assert error.problem in Problem
        assert error.problem.value in str(error)


@pytest.mark.parametrize(
    ("name", "article"),
    [
        (
            "elife-00353-vor-v1-20121213000000.zip",
            ArticleZip("00353", Status.VOR, None, 1, datetime(2012, 12, 13, tzinfo=UTC)),
        ),
        ("elife-10856-vor-r4.zip", ArticleZip("10856", Status.VOR, 4)),
        ("elife-10856-poa.zip", ArticleZip("10856", Status.POA)),
        (
            "elife-100001-poa-r2-v3-20160528150000.zip",
            ArticleZip("100001", Status.POA, 2, 3, datetime(2016, 5, 28, 15, tzinfo=UTC)),
        ),
    ],
)
def test_names_of_the_contract(name: str, article: ArticleZip) -> None:
    assert ArticleZip.parse(name) == article
    assert article.name == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("elife-00353-vor-v1.ZIP", Problem.NOT_A_ZIP),
        ("elife-00353-vor-v1.tar", Problem.NOT_A_ZIP),
        ("", Problem.NOT_A_ZIP),
        ("plos-00353-vor-v1.zip", Problem.NOT_AN_ARTICLE),
        ("elife-353-vor-v1.zip", Problem.NOT_AN_ARTICLE),
        ("elife-٠٠٣٥٣-vor-v1.zip", Problem.NOT_AN_ARTICLE),
        ("elife-00353-vor-v1-r2.zip", Problem.NOT_AN_ARTICLE),
        ("elife-00353-vor-v1-2012.zip", Problem.NOT_AN_ARTICLE),
        ("elife-00353-vor-v1.zip\n", Problem.NOT_A_ZIP),
        ("folder/elife-00353-vor-v1.zip", Problem.NOT_AN_ARTICLE),
        ("elife-00353-draft-v1.zip", Problem.UNKNOWN_STATUS),
        ("elife-00353-vor-v1-20121313000000.zip", Problem.NO_SUCH_DATE),
    ],
)
def test_what_is_wrong_with_a_zip_is_told_apart(name: str, problem: Problem) -> None:
    with pytest.raises(ArticleNameError) as caught:
        ArticleZip.parse(name)
    assert caught.value.problem is problem


def test_files_of_an_article() -> None:
    figure = ArticleFile.parse("elife-00353-fig1-figsupp2-v1.tif")
    assert figure.assets == ("fig1", "figsupp2")
    assert figure.at_version(2).name == "elife-00353-fig1-figsupp2-v2.tif"
    assert ArticleFile.parse("elife-00353.xml") == ArticleFile("00353", (), None, "xml")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("elife-00353-map1-v1.tif", Problem.UNKNOWN_ASSET),
        ("elife-00353-fig1-v1", Problem.NOT_A_FILE),
        ("../elife-00353-fig1-v1.tif", Problem.NOT_A_FILE),
    ],
)
def test_what_is_wrong_with_a_file_is_told_apart(name: str, problem: Problem) -> None:
    with pytest.raises(ArticleNameError) as caught:
        ArticleFile.parse(name)
    assert caught.value.problem is problem

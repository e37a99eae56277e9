"""docs/resource-types.md says what the classes say."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from localcloud.cloudformation.reference import renewed
from tests.localcloud.cloudformation.cases import kms

PAGE = Path(__file__).parents[3] / "docs" / "resource-types.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert page == renewed(page), (
        "a type has changed since: .venv/bin/python -m localcloud.cloudformation.reference docs/resource-types.md"
    )


def test_the_case_it_shows_is_one_of_the_tests() -> None:
    shown = re.findall(r"<!-- case -->\n```python\n(.*?)```\n<!-- end -->", PAGE.read_text(), re.DOTALL)
    assert len(shown) == 1 and shown[0] in inspect.getsource(kms)

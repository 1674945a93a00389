"""What tests of the page share: the page of a whole company, rendered once."""

import pytest

from report.given import full_insights
from report.test_page import CARD, DRAFT


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The page of 135 types with six quotes each, a model card and a draft."""
    from report.test_sections import render

    return render(tmp_path_factory.mktemp("whole"), full_insights(), CARD, DRAFT)

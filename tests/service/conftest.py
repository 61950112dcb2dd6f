"""Each test is on one of the two databases, in turn; what locks, unique keys and the API promise is marked BOTH."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fresh_database, in_turn


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request, tmp_path, in_turn(request)) as url:
        yield url

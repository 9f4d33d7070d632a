"""Bodies of any size, at a running site."""

import pytest
import requests

from tests.servers import Site

pytestmark = pytest.mark.shared_site


@pytest.mark.parametrize(("path", "status"), [("/1/submit-listens", 401), ("/api/v1/me", 413), ("/", 413)])
def test_a_body_larger_than_anything_here_takes_ends_at_the_door(live_site: Site, path: str, status: int) -> None:
    answer = requests.post(live_site.url + path, data=b"x" * 20_000_000, timeout=30)

    assert answer.status_code == status

"""The command that serves the site, and the threads behind it."""

import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import connection

from accounts.models import Person
from config import BASE_DIR
from tests.live.conftest import OpenPage
from tests.live.factories import create_session
from tests.servers import Database, Processes, Site, wait_until
from worker.embedded import find_free_port


def serve(processes: Processes, port: int | None = None, **env: str) -> Site:
    process = processes.start("serve", "--port", str(port or find_free_port()), **env)
    log = processes.logs[-1]

    def printed_url() -> str | None:
        assert process.poll() is None, log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        return found and found.group()

    url = wait_until(printed_url, seconds=30)
    return Site(url, url.replace("http", "ws"), process)


def test_a_port_in_use_is_skipped_and_the_chosen_port_is_printed(
    processes: Processes, open_page: OpenPage, ana: Person
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        site = serve(processes, port)

    assert site.url != f"http://127.0.0.1:{port}"
    assert open_page(site, create_session(ana)).receive() == {"type": "hello", "newest": 0}


def test_the_site_ends_cleanly_while_pages_are_open(processes: Processes, open_page: OpenPage, ana: Person) -> None:
    site = serve(processes)
    page = open_page(site, create_session(ana))
    page.receive()

    site.process.terminate()

    assert page.close_code() == 1012
    assert site.process.wait(5) == 0
    assert "Traceback" not in processes.logs[-1].read_text()


def test_many_requests_share_a_few_connections_to_the_database(processes: Processes, committing_db: Database) -> None:
    site = serve(processes, WEB_THREADS="3")
    cookies = {"sessionid": "a" * 32}

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: requests.get(f"{site.url}/api/v1/notices", cookies=cookies), range(60)))

    assert {answer.status_code for answer in answers} == {403}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                       [committing_db.name])  # fmt: skip
        assert cursor.fetchone()[0] <= 3 + 4


def test_a_static_file_is_served_whole_or_in_part_without_a_warning(processes: Processes) -> None:
    site = serve(processes, DEBUG="1")
    style = (BASE_DIR / "static" / "components.css").read_bytes()

    whole = requests.get(f"{site.url}/static/components.css", timeout=10)
    part = requests.get(f"{site.url}/static/components.css", headers={"Range": "bytes=5-24"}, timeout=10)
    known = requests.get(
        f"{site.url}/static/components.css", headers={"If-None-Match": whole.headers["ETag"]}, timeout=10
    )
    head = requests.head(f"{site.url}/static/components.css", timeout=10)
    beyond = requests.get(f"{site.url}/static/components.css", headers={"Range": "bytes=99999999-"}, timeout=10)

    assert (whole.status_code, whole.content, whole.headers["Content-Type"]) == (
        200,
        style,
        'text/css; charset="utf-8"',
    )
    assert (part.status_code, part.content) == (206, style[5:25])
    assert part.headers["Content-Range"] == f"bytes 5-24/{len(style)}"
    assert (known.status_code, known.content) == (304, b"")
    assert (head.headers["Content-Length"], head.content) == (str(len(style)), b"")
    assert beyond.status_code == 416
    assert "Warning" not in processes.logs[-1].read_text()


def test_an_error_is_logged_once(processes: Processes) -> None:
    site = serve(processes, DEBUG="1")

    for path in ("/there/is/nothing", "/settings/name"):
        requests.get(f"{site.url}{path}", timeout=10)

    logged = [line.partition(" W ")[2] for line in processes.logs[-1].read_text().splitlines() if " W " in line]
    assert [line for line in logged if line.startswith("django.request")] == [
        "django.request: Not Found: /there/is/nothing",
        "django.request: Method Not Allowed (GET): /settings/name",
    ]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_site_logs_nothing_when_a_signal_ends_it(
    processes: Processes, open_page: OpenPage, ana: Person, number: signal.Signals, times: int
) -> None:
    site = serve(processes, LOG_LEVEL="WARNING")
    page = open_page(site, create_session(ana))
    page.receive()

    site.process.send_signal(number)
    assert page.close_code() == 1012
    for _ in range(times - 1):
        site.process.send_signal(number)

    assert site.process.wait(10) == 0
    lines = processes.logs[-1].read_text().splitlines()
    assert [line for line in lines if not line.startswith("Fanfare is at")] == []

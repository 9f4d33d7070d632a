"""The command that serves the site, and the threads behind it."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor

import requests
from django.db import connection

from accounts.models import Person
from tests.live.conftest import Open, sign_in
from tests.servers import Database, Processes, Site, wait_until


def serve(processes: Processes, *options: str, **env: str) -> Site:
    process = processes.start("serve", *options, **env)
    log = processes.logs[-1]

    def address() -> str | None:
        assert process.poll() is None, log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        return found and found.group()

    url = wait_until(address, seconds=30)
    return Site(url, url.replace("http", "ws"), process)


def test_a_taken_port_is_passed_over_and_the_one_chosen_is_printed(
    processes: Processes, open_page: Open, ana: Person
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        site = serve(processes, "--port", str(port))

    assert site.url != f"http://127.0.0.1:{port}"
    assert open_page(site, sign_in(ana)).next() == {"type": "hello", "newest": 0}


def test_the_site_ends_in_good_order_while_pages_are_open(processes: Processes, open_page: Open, ana: Person) -> None:
    site = serve(processes)
    page = open_page(site, sign_in(ana))
    page.next()

    site.process.terminate()

    assert page.closed() == 1012
    assert site.process.wait(5) == 0
    assert "Traceback" not in processes.logs[-1].read_text()


def test_many_requests_share_a_few_connections_to_the_database(processes: Processes, committing_db: Database) -> None:
    site = serve(processes, WEB_THREADS="3")
    cookies = {"sessionid": "a" * 32}

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: requests.get(f"{site.url}/api/v1/notices", cookies=cookies), range(60)))

    assert {answer.status_code for answer in answers} == {403}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                       [committing_db.name])  # fmt: skip
        assert cursor.fetchone()[0] <= 3 + 4

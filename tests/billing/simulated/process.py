"""The simulated provider as a process of its own, and an endpoint that takes what it posts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
import stripe
from django.conf import settings

from tests.servers import Processes, accepts_connections, wait_until
from worker.embedded import find_free_port


@dataclass
class Endpoint:
    """Our side of webhooks, for a test: it keeps each posting, and answers with `status`."""

    url: str = ""
    status: int = 200
    posted: list[tuple[str, bytes, str]] = field(default_factory=list)

    def forget(self) -> int:
        """Forget what was posted. Returns how much that was."""
        count = len(self.posted)
        self.posted.clear()
        return count

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body, _ in self.posted]


@contextmanager
def run_endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.posted.append((self.path, body, self.headers["Stripe-Signature"]))
            self.send_response(endpoint.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}"
        yield endpoint
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Provider:
    """A running provider: its address, and the SDK over real HTTP."""

    url: str
    client: stripe.StripeClient

    def control(self, action: str, **arguments: Any) -> Any:
        answer = requests.post(
            f"{self.url}/control/{action}",
            json=arguments,
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
            timeout=10,
        )
        assert answer.ok, answer.text
        return answer.json()["result"]


def start_provider(processes: Processes, site_url: str, port: int = 0, **env: str) -> Provider:
    """Start the process and wait until it answers."""
    port = port or find_free_port()
    url = f"http://127.0.0.1:{port}"
    child = processes.start("simulated_payments", SIMULATED_PAYMENTS_URL=url, SITE_URL=site_url, **env)

    def is_ready() -> bool:
        assert child.poll() is None, processes.logs[-1].read_text()
        return accepts_connections(port)

    wait_until(is_ready, seconds=30)
    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=10),
        base_addresses={"api": url, "connect": url, "files": url},
    )
    return Provider(url, client)

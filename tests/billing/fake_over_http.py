"""A FakeStripe of this process that other processes ask over HTTP. One request after the other."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from billing.simulated.server import Answer, ConnectionLost, FakeStripe


class SharedFake(FakeStripe):
    """Whoever changes it without a request takes `lock` first."""

    def __init__(self) -> None:
        super().__init__(seed=None, wall_clock=time.time, start=int(time.time()))
        self.lock = threading.RLock()

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: str = "") -> Answer:
        with self.lock:
            return super().handle(method, url, headers, body)


@contextmanager
def serve(fake: SharedFake) -> Iterator[str]:
    """Yield the address at which it answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            try:
                answer = fake.handle(self.command, self.path, dict(self.headers), body)
            except ConnectionLost:
                self.close_connection = True
                return
            text = answer.text().encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()

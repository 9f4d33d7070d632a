"""Run the site and its WebSockets, until Ctrl-C or SIGTERM."""

import errno
import logging
import resource
import socket
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import CommandError

from config.connection_limits import BoundedHttpProtocol, BoundedSocketProtocol
from config.management.base import ProcessCommand, exit_on_signals
from live.sockets import MAX_MESSAGE_BYTES

PORTS_TO_TRY = 20  # including the requested one; then any free port
SHUTDOWN_SECONDS = 5  # for requests that are still running when the process stops


class Command(ProcessCommand):
    help = "Run the site. When the port is taken, the next free one is used and printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        exit_on_signals()
        _allow_many_connections()
        with open_socket(host, port) as listening:
            free_port = listening.getsockname()[1]
            if free_port != port:
                self.stderr.write(f"Port {port} is taken.")
            printed_host = f"[{host}]" if ":" in host else host
            self.stdout.write(f"Fanfare is at http://{printed_host}:{free_port}/")
            self.stdout.flush()
            logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # INFO would print the address of every client
            uvicorn.Server(_uvicorn_config()).run(sockets=[listening])


def _allow_many_connections() -> None:
    """Raise the limit of open files to what the system allows: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket on this port, or on the first free one after it. Raises CommandError for a bad host."""
    for candidate in range(port, port + PORTS_TO_TRY):
        try:
            return _bind_socket(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Cannot listen on {host}, port {candidate}: {error.strerror}.") from error
    return _bind_socket(host, 0)


def _bind_socket(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)  # if two processes bound the port at once, only one can listen
    except OSError:
        listening.close()
        raise
    return listening


def _uvicorn_config() -> uvicorn.Config:
    return uvicorn.Config(
        "config.asgi:application",
        http=BoundedHttpProtocol,
        ws=BoundedSocketProtocol,
        ws_per_message_deflate=False,  # it doubles the memory of an open socket, and our messages are short
        ws_max_size=MAX_MESSAGE_BYTES,
        lifespan="on",
        log_config=None,  # settings.LOGGING
        access_log=False,  # it would log URLs of receipts, and tokens given as ?token=
        server_header=False,
        proxy_headers=False,  # config/asgi.py reads them, for TRUSTED_PROXIES
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )

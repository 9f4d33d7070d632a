"""Run the simulated payment provider, which moves no money, until SIGTERM."""

import logging
import threading
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management.base import CommandError
from django.utils.csp import CSP

from billing.simulated import database
from billing.simulated.asgi import Application
from billing.simulated.runtime import Runtime, set_runtime
from billing.simulated.server import FakeStripe
from config.management.base import ProcessCommand, exit_on_signals
from web.site_links import site_link

WEBHOOKS = "/webhooks/stripe/"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.StaticFilesMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
"""Of its pages. They have no cookies and no accounts: whoever has an address may pay there, as at Stripe."""


class Command(ProcessCommand):
    help = "Run the simulated payment provider at SIMULATED_PAYMENTS_URL. Only where payments are simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, **options: Any) -> None:
        if settings.PAYMENTS != "simulated":
            raise CommandError(f"Payments are {settings.PAYMENTS}: the simulated provider runs beside no other.")
        exit_on_signals()
        try:
            with database.connect() as connection:
                self._serve(host, connection)
        except database.AlreadyRuns as error:
            raise CommandError(str(error)) from error

    def _serve(self, host: str, connection: Any) -> None:
        """Answer requests and deliver events until a signal comes."""
        store = database.load(connection)
        fake = FakeStripe(
            store,
            secret_key=settings.STRIPE_SECRET_KEY,
            seed=None,
            wall_clock=time.time,
            base_url=settings.STRIPE_URL,
        )
        runtime = Runtime(
            fake,
            partial(database.save, connection, store),
            webhook_url=site_link(WEBHOOKS),
            webhook_secret=settings.STRIPE_WEBHOOK_SECRETS[0],
        )
        set_runtime(runtime)
        use_settings_of_pages()
        deliveries = threading.Thread(target=runtime.deliver_forever, daemon=True)
        deliveries.start()
        self.stdout.write(f"Simulated payments, where no money moves, are at {settings.STRIPE_URL}/")
        self.stdout.flush()
        try:
            run_server(host, urlsplit(settings.STRIPE_URL).port or 80)
        finally:
            runtime.stopping.set()
            deliveries.join(timeout=15)


def use_settings_of_pages() -> None:
    """Let Django serve the pages of the provider, and not those of the site."""
    settings.SECURE_SSL_REDIRECT = urlsplit(settings.STRIPE_URL).scheme == "https"
    settings.SECURE_HSTS_SECONDS = 0
    settings.ROOT_URLCONF = "billing.simulated.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, urlsplit(settings.STRIPE_URL).hostname]
    settings.SECURE_CSP = {**settings.SECURE_CSP, "form-action": [CSP.SELF], "script-src": [CSP.NONE]}


def run_server(host: str, port: int) -> None:
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it would log every connection that a fault cuts
    config = uvicorn.Config(
        Application(get_asgi_application()),
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()

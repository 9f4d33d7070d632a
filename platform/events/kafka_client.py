"""Open connections to Kafka, with our user and encryption. Only this module and `kafka` import kafka-python."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from kafka.errors import KafkaError, SaslAuthenticationFailedError
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from events.exceptions import CredentialsRefused

# kafka-python raises these when the broker becomes unavailable during a call: its own errors, and those of its thread.
KAFKA_ERRORS = (KafkaError, OSError, RuntimeError, ValueError)
CREDENTIAL_ATTEMPTS, CREDENTIAL_PAUSE_SECONDS = 12, 0.05


def open_client(client_class: Callable[..., Any], **config: Any) -> Any:
    """Open a client. Its network threads are ended also if it never reaches the broker. Raises KAFKA_ERRORS."""
    network_clients: list[KafkaNetClient] = []

    def open_network_client(**configs: Any) -> KafkaNetClient:
        network_client = KafkaNetClient(**configs)
        network_clients.append(network_client)
        # kafka-python does not pass its own option of this name on.
        network_client.cluster.config["allow_auto_create_topics"] = False
        return network_client

    timeouts = {"reconnect_backoff_max_ms": 1000, "bootstrap_timeout_ms": 2000, "request_timeout_ms": 4000}
    try:
        return client_class(kafka_client=open_network_client, **timeouts, **_address(), **config)
    except BaseException:
        for network_client in network_clients:
            network_client.close()
        raise


def close_client(client: Any, **options: Any) -> None:
    with suppress(*KAFKA_ERRORS):
        client.close(**options)


def describe_error(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _address() -> dict[str, Any]:
    """Where the brokers are, and how to encrypt and authenticate, from the settings."""
    config = {"bootstrap_servers": settings.KAFKA_BOOTSTRAP_SERVERS, "client_id": "fanfare"}
    protocol = "SSL" if settings.KAFKA_TLS else "PLAINTEXT"
    if settings.KAFKA_CA_FILE:
        config["ssl_cafile"] = settings.KAFKA_CA_FILE
    if settings.KAFKA_USERNAME:
        protocol = f"SASL_{protocol}"
        config["sasl_mechanism"] = settings.KAFKA_SASL_MECHANISM
        config["sasl_plain_username"] = settings.KAFKA_USERNAME
        config["sasl_plain_password"] = settings.KAFKA_PASSWORD
    return {**config, "security_protocol": protocol}


def check_credentials() -> None:
    """Raise CredentialsRefused if the broker refuses our user. A broker that does not answer refuses nobody.

    The clients of kafka-python report only that they cannot connect. And a broker closes the connection right after
    its refusal, which kafka-python then often misses. So several single connections are tried.
    """
    if not settings.KAFKA_USERNAME:
        return
    for _ in range(CREDENTIAL_ATTEMPTS):
        try:
            if not _closes_while_we_authenticate():
                return
        except SaslAuthenticationFailedError as error:
            raise CredentialsRefused(f"Kafka refuses our user {settings.KAFKA_USERNAME}: {error}") from error
        time.sleep(CREDENTIAL_PAUSE_SECONDS)
    raise CredentialsRefused(
        f"Kafka refuses our user {settings.KAFKA_USERNAME}: it closes the connection during the authentication."
    )


def _closes_while_we_authenticate() -> bool:
    """Connect once. Return whether a broker answered and then closed. Raises SaslAuthenticationFailedError."""
    net = NetworkSelector(**_address())
    manager = KafkaConnectionManager(net, **_address())

    async def connect() -> bool:
        broker = random.choice(manager.cluster.bootstrap_brokers())  # noqa: S311 - any will do
        connection = manager.get_connection(broker.node_id, timeout_ms=2000)
        try:
            await connection
        except SaslAuthenticationFailedError:
            raise
        except KAFKA_ERRORS:
            return connection.broker_version_data is not None  # which it tells before the authentication
        return False

    try:
        return bool(net.run(connect))
    finally:
        KafkaNetClient(net, manager).close()

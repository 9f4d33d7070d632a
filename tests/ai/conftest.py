from collections.abc import Iterator

import pytest

from tests.ai.chat_server import ChatServer, run_chat_server


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with run_chat_server() as server:
        yield server

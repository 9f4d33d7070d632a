from collections.abc import Iterator

import pytest

from .chat_server import ChatServer, running


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with running() as server:
        yield server

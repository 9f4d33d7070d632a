"""An HTTP server on loopback for chat completions. It gives the answers of a test and keeps the requests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openai.types.chat import ChatCompletion


class ReceivedRequest:
    def __init__(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.path, self.headers, self.body = path, headers, body


class ChatServer:
    """`answers` are given in order, the last one again and again. Each writes a whole HTTP response."""

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self.answers: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self.closing = threading.Event()
        self.models = ["test-model"]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    port = 0


def completion(content: str | None, *, finish_reason: str = "stop", **message: Any) -> bytes:
    """A response body that OpenAI's own types accept."""
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "test-model-7b",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "logprobs": None,
                "message": {"role": "assistant", "content": content, "refusal": None, **message},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    ChatCompletion.model_validate(answer, strict=True)
    return json.dumps(answer).encode()


def http_answer(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Callable[..., None]:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def text_answer(text: str) -> Callable[..., None]:
    return http_answer(completion(json.dumps({"text": text})))


def obedient_answer(server: ChatServer) -> Callable[..., None]:
    """As a server that keeps a small limit of tokens and any schema, whatever the prompt says."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        body = server.received[-1].body
        if body.get("max_completion_tokens", body.get("max_tokens")) <= 5:
            answer = completion("One, two", finish_reason="length")
        else:
            properties = body["response_format"]["json_schema"]["schema"]["properties"]
            answer = completion(json.dumps({name: _least_value(each) for name, each in properties.items()}))
        http_answer(answer)(handler)

    return write


def _least_value(schema: dict[str, Any]) -> Any:
    return schema["enum"][0] if "enum" in schema else schema["minimum"]


def hanging_answer(server: ChatServer) -> Callable[..., None]:
    def wait(handler: BaseHTTPRequestHandler) -> None:
        server.closing.wait(30)

    return wait


def dripping_answer(server: ChatServer) -> Callable[..., None]:
    """One byte at a time: no single read takes long, but the response never ends."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not server.closing.is_set():
            handler.wfile.write(b" ")
            handler.wfile.flush()
            server.closing.wait(0.05)

    return write


@contextmanager
def run_chat_server() -> Iterator[ChatServer]:
    chat = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            http_answer(json.dumps({"object": "list", "data": [{"id": name} for name in chat.models]}).encode())(self)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chat.received.append(ReceivedRequest(self.path, dict(self.headers), json.loads(body or b"{}")))
            write = chat.answers.pop(0) if len(chat.answers) > 1 else chat.answers[0]
            try:
                write(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    chat.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        chat.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

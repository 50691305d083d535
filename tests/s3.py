"""A real S3 server for tests, moto's, with one private bucket.

By itself, `python -m tests.s3 HOST PORT` serves until it is stopped.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

BUCKET = "galley"
KEYS = {"S3_ACCESS_KEY_ID": "key", "S3_SECRET_ACCESS_KEY": "secret"}
SETTINGS = {
    "S3_BUCKET": "AWS_STORAGE_BUCKET_NAME",
    "S3_ENDPOINT_URL": "AWS_S3_ENDPOINT_URL",
    "S3_REGION": "AWS_S3_REGION_NAME",
    "S3_ACCESS_KEY_ID": "AWS_S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY": "AWS_S3_SECRET_ACCESS_KEY",
}


class S3Server:
    """The server at `url`. What it stores stays while it is stopped."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._application = DomainDispatcherApplication(create_backend_app)
        self._address = (host, port)
        # Of each request: method and path.
        self.requests: list[str] = []
        self._is_running = False
        self.start()
        self._address = (host, self._server.server_port)
        self.url = f"http://{host}:{self._server.server_port}"
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **keys).create_bucket(Bucket=BUCKET)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a site here."""
        return {"S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": self.url, "S3_REGION": "us-east-1", **KEYS}

    @property
    def settings(self) -> dict[str, str]:
        """The same as Django's settings."""
        return {SETTINGS[name]: value for name, value in self.environment.items()}

    def start(self) -> None:
        """Answer, again if it was stopped."""
        if self._is_running:
            return
        self._is_running = True
        self._server: BaseWSGIServer = make_server(*self._address, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections."""
        if not self._is_running:
            return
        self._is_running = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self._application(environ, start_response)


@contextmanager
def run_s3() -> Iterator[S3Server]:
    """Run an S3 server for the length of the block."""
    server = S3Server()
    try:
        yield server
    finally:
        server.stop()


if __name__ == "__main__":
    S3Server(sys.argv[1], int(sys.argv[2]))
    threading.Event().wait()

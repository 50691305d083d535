"""An OpenID Connect provider on a port of its own: discovery, authorization code with PKCE, signed ID tokens."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT_ID, CLIENT_SECRET = "galley", "a secret of this client"
CODE, ACCESS_TOKEN = "the-code", "the-access-token"
ALGORITHM = "ES256"


class Provider:
    """Knows one person, and sends everybody back as that one."""

    def __init__(self) -> None:
        self.key = self.signing_key = ec.generate_private_key(ec.SECP256R1())
        self.asked: dict[str, str] = {}
        # What is said of the person, in the ID token and on request.
        self.person: dict[str, Any] = {"sub": "1815", "email_verified": True}
        self.userinfo: dict[str, Any] = {}
        # What is wrong with the next ID token; None among the values takes a claim away.
        self.wrong_claims: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}

    def start(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, parse_qs(urlsplit(self.path).query))

            def do_POST(self) -> None:
                provider.answer(self, parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

            def log_message(self, *args: object) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def stop(self) -> None:
        """Be away from now on: connections are refused."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, handler: BaseHTTPRequestHandler, fields: dict[str, list[str]]) -> None:
        path = urlsplit(handler.path).path.lstrip("/")
        if path == "authorize":
            self.asked = {name: values[0] for name, values in fields.items()}
            handler.send_response(302)
            query = urlencode({"code": CODE, "state": self.asked["state"]})
            handler.send_header("Location", f"{self.asked['redirect_uri']}?{query}")
            handler.end_headers()
            return
        name = {".well-known/openid-configuration": "describe"}.get(path, path)
        data = self.answers.get(name) or getattr(self, name)(handler, fields)
        handler.send_response(200 if data else 400)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(data).encode() if not isinstance(data, bytes) else data)

    def describe(self, handler: object, fields: object) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        places |= {"jwks_uri": "keys", "userinfo_endpoint": "person_of"}
        addresses = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return addresses | {"issuer": self.issuer, "token_endpoint_auth_methods_supported": ["client_secret_post"]}

    def token(self, handler: object, fields: dict[str, list[str]]) -> dict[str, Any]:
        """Return tokens for the code, if the client has the secret and has itself begun the sign-in."""
        digest = hashlib.sha256(fields["code_verifier"][0].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        given = (fields["client_id"][0], fields["client_secret"][0], fields["code"][0], proof)
        if given != (CLIENT_ID, CLIENT_SECRET, CODE, self.asked["code_challenge"]):
            return {}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": self.asked["nonce"]}
        claims |= {**self.person, **self.wrong_claims}
        present = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(present, self.signing_key, ALGORITHM, headers={"kid": "one"})
        return {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token}

    def keys(self, handler: object, fields: object) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [key | {"kid": "one", "alg": ALGORITHM, "use": "sig"}]}

    def person_of(self, handler: BaseHTTPRequestHandler, fields: object) -> dict[str, Any]:
        is_allowed = handler.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
        return {**self.person, **self.userinfo} if is_allowed else {}


@contextmanager
def run_provider() -> Iterator[Provider]:
    provider = Provider()
    provider.start()
    try:
        yield provider
    finally:
        if provider.thread.is_alive():
            provider.stop()


def send_to(url: str) -> str:
    """Do what a browser does at the provider: open `url`. Return the path and query to which it is sent back."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))

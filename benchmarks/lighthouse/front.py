"""The nginx that stands in front of a production site, set up by the file that is deployed: TLS and HTTP/2."""

import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ports import find_port
from tests.running_site import PROJECT

DEPLOYED = PROJECT / "deploy" / "nginx.conf"
HOW_TO_GET_IT = "nginx and openssl are needed in front of the site: apt-get install nginx openssl"


@dataclass(frozen=True)
class Front:
    """Where nginx answers, and what has signed its certificate: itself."""

    url: str
    certificate: Path

    def fetch(self, path: str) -> str:
        """Return the page at `path`."""
        trusting = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(self.url + path, context=trusting) as answer:  # noqa: S310  (our own server)
            return answer.read().decode()


@contextmanager
def run_nginx(folder: Path, *behind: str) -> Iterator[Front]:
    """Run nginx in front of the site whose processes are at `behind`, with a certificate of its own in `folder`.

    Raises SystemExit if a program is absent or the deployed settings aren't as they were, CalledProcessError if nginx
    refuses them.
    """
    if not (shutil.which("nginx") and shutil.which("openssl")):
        raise SystemExit(HOW_TO_GET_IT)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    request = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    request += ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        ["openssl", "req", *request, "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL
    )
    secure = find_port()
    deployed = DEPLOYED.read_text()
    servers = [address.removeprefix("http://").replace("localhost", "127.0.0.1") for address in behind]
    for there, here in {
        "include /etc/nginx/galley-upstream.conf;": " ".join(f"server {server};" for server in servers),
        "listen 80;": f"listen unix:{folder / 'plain.sock'};",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "galley.example.org;": "localhost;",
        "/etc/ssl/certs/galley.example.org.pem": str(certificate),
        "/etc/ssl/private/galley.example.org.key": str(key),
        "/var/log/nginx/access.log": str(folder / "access.log"),
        # The port isn't that of HTTPS.
        "Host $host;": "Host $http_host;",
    }.items():
        if there not in deployed:
            raise SystemExit(f"{DEPLOYED} has no {there!r} any more: say in {__file__} what stands there now")
        deployed = deployed.replace(there, here)
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\nevents {{}}\n"
        f"http {{\n{deployed}\n}}\n"
    )
    subprocess.run(["nginx", "-q", "-t", "-c", settings], check=True)
    process = subprocess.Popen(["nginx", "-c", settings])
    try:
        _wait_for(secure)
        yield Front(f"https://localhost:{secure}", certificate)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    """Wait until somebody listens on `port`; raises TimeoutError after five seconds."""
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")

"""What tells a server from a developer's machine. Settings import this module: it imports no model."""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Names that no public DNS answers: RFC 6761, RFC 6762, RFC 8375, and those of routers at home.
PRIVATE_SUFFIXES = (".localhost", ".local", ".test", ".home.arpa", ".internal", ".lan")

# `deploy/install` writes the one, and `galley upgrade` puts each release into the other.
SERVER_SETTINGS = Path("/etc/galley.env")
RELEASES = "releases"


def find_server_signs(database: Mapping[str, Any], hosts: Iterable[str], address: str, code: Path) -> list[str]:
    """Return in words what makes this machine look like a server.

    `database` is the default one of `DATABASES`, `hosts` are those of `ALLOWED_HOSTS`, `address` is the site's full
    address, `code` the module of the settings, two folders below that of the project.
    """
    signs = []
    if not database["ENGINE"].endswith("sqlite3"):
        signs.append(f"the database is a server at {database['HOST'] or 'a local socket'}")
    names = [*hosts, urlsplit(address).hostname or ""]
    signs += [f"{name} is a public host" for name in dict.fromkeys(names) if is_public(name)]
    # The settings of the server aren't those of root's own shell: there, the database seems to be SQLite.
    if SERVER_SETTINGS.exists():
        signs.append(f"there is {SERVER_SETTINGS}")
    project = code.resolve().parents[2]
    if project.parent.name == RELEASES:
        signs.append(f"{project} is a release")
    if os.geteuid() and not code.stat().st_uid:
        signs.append(f"{code.parent} belongs to root")
    return signs


def is_public(host: str) -> bool:
    """Return whether the internet may know `host`, a name or an IP address as in `ALLOWED_HOSTS`."""
    name = host.strip("[].").lower()
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return "." in name and not f".{name}".endswith(PRIVATE_SUFFIXES)

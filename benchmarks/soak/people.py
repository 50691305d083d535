"""What visitors and editors do on the site, each as a browser or a robot would. All of it can be repeated."""

import random
import re
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import count, cycle
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from PIL import Image
from requests.adapters import HTTPAdapter

from benchmarks.soak.site import METRICS_TOKEN, SoakedSite
from tests.running_site import EDITOR, EDITOR_PASSWORD

PATIENCE = 120  # seconds
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ENTRANCES = ("/", "/blog/", "/portfolio/", "/about/", "/colophon/", "/contact/")
FILES = ("/blog/feed.atom", "/blog/feed.rss", "/blog/feed.json", "/sitemap.xml", "/robots.txt", "/health/ready")
ADMIN = ("/admin/", "/admin/images/", "/admin/pages/", "/admin/reports/broken-links/", "/admin/bin/", "/admin/account/")
API = ("/admin/api/main/pages/?child_of=1&fields=parent", "/admin/api/main/images/", "/admin/session/")
_LINK = re.compile(r'<a[^>]* href="(/(?:blog|portfolio)/[^"#]*)"')
_POST = re.compile(r"<loc>https?://[^/]*(/blog/[^<]*)</loc>")
_PICTURE = re.compile(r"/media/pictures/[\w./-]+")
_LOADED = re.compile(r'name="(loaded_revision_\w+)" value="([^"]*)"')
_NEWEST = re.compile(r'name="newest" value="(\d+)"')
_TOKEN = re.compile(r'value="([^"]+)"')
# Linux answers at each of these, so visitors have many addresses.
_last_part = cycle(range(2, 250))


class Unexpected(Exception):
    """An answer that nobody should get."""


class _FromAddress(HTTPAdapter):
    """Connects from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


class Browser:
    """A browser with cookies, at an address of its own."""

    def __init__(self, site: SoakedSite) -> None:
        self._url = site.url
        self._session = requests.Session()
        # Variables of the environment may name other certificates.
        self._session.trust_env = False
        self._session.verify = str(site.front.certificate)
        self._session.headers["User-Agent"] = BROWSER
        self._session.mount("https://", _FromAddress(f"127.0.0.{next(_last_part)}"))

    def get(self, path: str, *expected: int, **headers: str) -> requests.Response:
        """Return the answer. Raises Unexpected if its status isn't 200, or what is expected."""
        return self._check(self._session.get(self._url + path, headers=headers, timeout=PATIENCE), expected)

    def post(self, path: str, data: Any, *expected: int, files: Any = None, **headers: str) -> requests.Response:
        """Send a form as its page would, and return the answer. Raises Unexpected."""
        headers = {"Referer": self._url + path, "X-CSRFToken": self._session.cookies.get("csrftoken") or ""} | headers
        options: dict[str, Any] = {"files": files, "allow_redirects": False, "timeout": PATIENCE}
        return self._check(self._session.post(self._url + path, data, headers=headers, **options), expected)

    def sign_in(self, name: str, password: str, *expected: int) -> int:
        """Fill in the form for signing in; return the status of the answer."""
        self.get("/admin/login/")
        fields = {"username": name, "password": password, "next": "/admin/"}
        return self.post("/admin/login/", fields, *(expected or (302,))).status_code

    def close(self) -> None:
        """Close its window."""
        self._session.close()

    @property
    def cookie(self) -> str:
        """Its cookies, as the header says them."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._session.cookies)

    def _check(self, answer: requests.Response, expected: tuple[int, ...]) -> requests.Response:
        if answer.status_code not in (expected or (200,)):
            raise Unexpected(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]!r}")
        return answer


class Action(NamedTuple):
    """Something to do every so many seconds."""

    seconds: float
    run: Callable[[], None]


class People:
    """Who comes to the site. Their work has numbers, so that no two are the same."""

    def __init__(self, site: SoakedSite) -> None:
        self._site = site
        self._numbers = count(1)
        self._editor = Browser(site)
        self._editor.sign_in(EDITOR, EDITOR_PASSWORD)
        self._reader = Browser(site)
        links = {link for page in ENTRANCES for link in _LINK.findall(self._reader.get(page).text)}
        self._pages = cycle([*ENTRANCES, *sorted(link.replace("&amp;", "&") for link in links)])
        self._posts = _POST.findall(self._reader.get("/sitemap-1.xml").text)
        self._files, self._admin, self._api = cycle(FILES), cycle(ADMIN), cycle(API)
        self._pictures: list[int] = []
        self._loaded: dict[str, str] = {}
        self._form_token = ""
        self.actions = {
            "cached pages": Action(0.25, self.read),
            "uncached pages": Action(0.7, self.read_uncached),
            "searches": Action(2, self.search),
            "filtered lists": Action(2, self.filter),
            "feeds and files": Action(3, self.read_file),
            "missing addresses": Action(2, self.miss),
            "aborted requests": Action(2, self.abort),
            "messages": Action(5, self.write),
            "sign-ins": Action(20, self.sign_in),
            "refused sign-ins": Action(45, self.fail_to_sign_in),
            "admin pages": Action(4, self.administrate),
            "admin API": Action(3, self.ask_api),
            "autosaves": Action(3, self.autosave),
            "publications": Action(6, self.publish),
            "posts made and deleted": Action(30, self.make_and_delete),
            "uploads": Action(15, self.upload),
            "deletions": Action(40, self.delete_pictures),
            "metrics": Action(15, self.read_metrics),
        }

    @property
    def cookie(self) -> str:
        """The cookies of the editor."""
        return self._editor.cookie

    def fill_caches(self) -> None:
        """Ask for a list, or a post with its texts, at an address that is stored, and that nobody asked for before."""
        number = next(self._numbers)
        path = random.choice(self._posts) if number % 3 else "/blog/"  # noqa: S311
        self._reader.get(f"{path}?page={number % 20 + 1}&seen={number}", 200, 404)

    def read(self) -> None:
        """Read a page as somebody who has come for the first time."""
        browser = Browser(self._site)
        browser.get(next(self._pages))
        browser.get(next(self._pages))
        browser.close()

    def read_uncached(self) -> None:
        """Read a page with a query that nobody has sent before, or with a cookie that makes it personal."""
        number = next(self._numbers)
        if number % 2:
            self._reader.get(f"{next(self._pages).partition('?')[0]}?number={number}")
        else:
            self._reader.get(next(self._pages), 200, Cookie=f"sessionid=nobody{number}")

    def search(self) -> None:
        """Search for something that nobody has searched for."""
        self._reader.get(f"/search/?query=galley+proof+{next(self._numbers)}")

    def filter(self) -> None:
        """Filter a list."""
        number = next(self._numbers)
        self._reader.get(f"/blog/?year={2015 + number % 11}&page=1&number={number}", 200, 404)

    def read_file(self) -> None:
        """Read a feed, the site map or the state of the site."""
        self._reader.get(next(self._files))

    def miss(self) -> None:
        """Ask for what isn't there."""
        self._reader.get(f"/nowhere/{next(self._numbers)}/", 404)

    def abort(self) -> None:
        """Break a request off: before its end, or before the answer."""
        number = next(self._numbers)
        host = urlsplit(self._site.url)
        head = f"Host: {host.netloc}\r\nUser-Agent: {BROWSER}\r\n"
        kinds = [
            f"GET /blog/?broken={number} HTTP/1.1\r\n{head}\r\n",
            f"GET /blog/?broken={number} HTTP/1.1\r\n{head}",
            f"POST /contact/ HTTP/1.1\r\n{head}Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: 5000\r\n\r\nname=Ada",
        ]
        context = ssl.create_default_context(cafile=self._site.front.certificate)
        connection = socket.create_connection(("127.0.0.1", host.port or 443), timeout=PATIENCE)
        with context.wrap_socket(connection, server_hostname="localhost") as secure:
            secure.sendall(kinds[number % 3].encode())
            # Closed by a reset, as a phone that loses its network.
            secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def write(self) -> None:
        """Send a message by the contact form, whose token was fetched the time before: programs are faster."""
        visitor = Browser(self._site)
        if self._form_token:
            fields = {"name": "Ada", "email": "ada@example.org", "text": f"Message {next(self._numbers)}"}
            visitor.post("/contact/", fields | {"token": self._form_token}, 302)
        token = _TOKEN.search(visitor.get("/forms/token/").text)
        self._form_token = token[1] if token else ""
        visitor.close()

    def sign_in(self) -> None:
        """Sign in, and out again three times of four."""
        browser = Browser(self._site)
        browser.sign_in(EDITOR, EDITOR_PASSWORD)
        browser.get("/admin/")
        if next(self._numbers) % 4:
            browser.post("/admin/logout/", {}, 302)
        browser.close()

    def fail_to_sign_in(self) -> None:
        """Try a wrong password, for an account that there is and for one that there isn't."""
        for name in (EDITOR, f"nobody{next(self._numbers)}"):
            browser = Browser(self._site)
            browser.sign_in(name, "wrong", 200, 429)
            browser.close()

    def administrate(self) -> None:
        """Open a page of the admin."""
        self._editor.get(next(self._admin))

    def ask_api(self) -> None:
        """Ask what the admin's scripts ask."""
        self._editor.get(next(self._api), Accept="application/json", **{"X-Requested-With": "XMLHttpRequest"})

    def autosave(self) -> None:
        """Save the draft of a post, as its edit page does while somebody types; now and then in a fresh window."""
        post, number = self._site.posts["typed"], next(self._numbers)
        path = f"/admin/pages/{post.id}/edit/"
        if not self._loaded or not number % 20:
            self._loaded = dict(_LOADED.findall(self._editor.get(path).text))
        fields = post.form | self._loaded | {"body-0-value": f"Typed: {number}."}
        answer = self._editor.post(path, fields, Accept="application/json").json()
        if not answer["success"]:
            raise Unexpected(f"Autosave: {answer}")
        updates = answer.get("field_updates", {})
        self._loaded |= {name: value for name, value in updates.items() if name in self._loaded}

    def publish(self) -> None:
        """Publish a post with the newest picture, and read it with the picture in some sizes."""
        post, number = self._site.posts["published"], next(self._numbers)
        lead = {"lead_image": self._pictures[-1], "lead_image_alt": "A colour"} if self._pictures else {}
        fields = post.form | lead | {"title": f"Edition {number}", "body-0-value": f"Published as *{number}*."}
        self._editor.post(f"/admin/pages/{post.id}/edit/", fields | {"action-publish": "1"}, 302)
        page = self._reader.get(post.path).text
        for address in sorted(set(_PICTURE.findall(page)))[:4]:
            self._reader.get(address, 200, 404)

    def make_and_delete(self) -> None:
        """Write and publish another post, and delete it; empty the bin."""
        post, title = self._site.posts["published"], f"Post {next(self._numbers)}"
        fields = post.form | {"title": title, "slug": "", "action-publish": "1"}
        self._editor.post(f"/admin/pages/add/blog/blogpostpage/{post.parent}/", fields, 302)
        found = self._editor.get(f"/admin/api/main/pages/?child_of={post.parent}&order=-id&limit=1").json()["items"][0]
        if found["title"] != title:
            raise Unexpected(f"The newest post is {found['title']}, not {title}.")
        self._editor.post(f"/admin/pages/{found['id']}/delete/", {}, 302)
        with suppress(TypeError):
            newest = _NEWEST.search(self._editor.get("/admin/bin/empty/").text)[1]  # type: ignore[index]
            self._editor.post("/admin/bin/empty/", {"newest": newest}, 302)

    def upload(self) -> None:
        """Upload a picture."""
        number = next(self._numbers)
        files = {"files[]": (f"picture-{number}.jpg", _picture(number), "image/jpeg")}
        answer = self._editor.post(
            "/admin/images/multiple/add/", {"title": f"{number}"}, files=files, **{"X-Requested-With": "XMLHttpRequest"}
        ).json()
        if not answer["success"]:
            raise Unexpected(f"Upload: {answer}")
        self._pictures.append(answer["image_id"])

    def delete_pictures(self) -> None:
        """Delete uploaded pictures, but not the one that is just published. `make_and_delete` empties the bin."""
        while len(self._pictures) > 2:
            self._editor.post(f"/admin/images/{self._pictures.pop(0)}/delete/", {}, 302)

    def read_metrics(self) -> None:
        """Read the metrics, as Prometheus does."""
        self._reader.get("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")


def _picture(number: int) -> bytes:
    file = BytesIO()
    Image.effect_mandelbrot((900, 600), (-3 + number % 97 / 97, -2.5, 2, 2.5), 20).convert("RGB").save(file, "JPEG")
    return file.getvalue()

"""Fetches pictures from other hosts, within the limits of `galley.fetching` and of its own."""

import hashlib
import urllib.request
from collections import Counter
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from galley.fetching import TIMEOUT_SECONDS, public_opener
from galley.images.pictures import find_format
from transfer.image_files import MAX_IMAGE_SIZE, ImageError

MAX_PICTURES = 5_000
MAX_FAILURES_OF_HOST = 3
_SUFFIXES = {"jpeg": ".jpg"}


class PictureFetcher:
    """Stores pictures in `folder` by their URLs, so that none is fetched twice; fetches new ones only if it `asks`."""

    def __init__(self, folder: Path, *, asks: bool) -> None:
        self._folder = folder
        self._asks = asks
        self._fetched = 0
        self._failures: Counter[str] = Counter()
        self._opener = public_opener()

    def fetch(self, url: str) -> Path | None:
        """Return the path of a file with the picture at `url`; None if it isn't to be fetched. Raises `ImageError`."""
        url = f"https:{url}" if url.startswith("//") else url
        folder, host = self._folder / hashlib.sha256(url.encode()).hexdigest()[:32], urlsplit(url).netloc
        if stored := next(iter(folder.glob("*")), None):
            return stored
        if not self._asks:
            return None
        if self._fetched >= MAX_PICTURES or self._failures[host] >= MAX_FAILURES_OF_HOST:
            raise ImageError("wasn't fetched: too many were, or its host has failed too often")
        self._fetched += 1
        try:
            content = self._read(url)
            suffix = find_format(content)
            if suffix is None:
                raise ValueError("it is no picture")
        except Exception as error:
            self._failures[host] += isinstance(error, OSError) and not hasattr(error, "code")  # 404 is an answer
            raise ImageError(f"couldn't be fetched: {' '.join(str(error).split()) or type(error).__name__}") from error
        name = Path(unquote(urlsplit(url).path)).stem.replace("\x00", "")[:80] or "picture"
        path = folder / f"{name}{_SUFFIXES.get(suffix, f'.{suffix}')}"
        folder.mkdir(parents=True, exist_ok=True)
        part = folder.with_suffix(".part")
        part.write_bytes(content)
        return part.rename(path)

    def _read(self, url: str) -> bytes:
        """Return the body of the response. Raises `OSError`, `ValueError` or `http.client.HTTPException`."""
        content = b""
        request = urllib.request.Request(url, headers={"User-Agent": "Galley", "Accept": "image/*"})  # noqa: S310
        with self._opener.open(request, timeout=TIMEOUT_SECONDS) or BytesIO() as response:
            while chunk := response.read1(65536):
                content += chunk
                if len(content) > MAX_IMAGE_SIZE:
                    raise ValueError("it is too large")
        return content

"""What converting a post needs to know and finds out."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from transfer.address_book import AddressBook
from transfer.notes import Notes
from transfer.people import People
from transfer.pictures import Picture, PictureError, PictureFinder
from transfer.references import IMAGE, PAGE
from transfer.source import SourcePost


@dataclass(frozen=True)
class Surroundings:
    """What all posts of an import share. `old_site` is where missing targets may be pointed to."""

    address_book: AddressBook
    pictures: PictureFinder
    people: People
    old_site: str = ""


@dataclass
class Conversion:
    """One post on its way: resolves what it refers to, and collects pictures and notes."""

    post: SourcePost
    surroundings: Surroundings
    pictures: dict[str, Picture] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    linked_posts: set[str] = field(default_factory=set)

    @property
    def notes(self) -> Notes:
        """The notes of the post."""
        return self.post.notes

    def resolve_picture(self, reference: str, alt: str, line: int) -> str:
        """Return what stands for the picture, or else a reference that is as good as the old one, after a note."""
        try:
            return f"{IMAGE}{self._find(reference, alt).key}"
        except PictureError as error:
            return self._keep_picture(reference, str(error), line)

    def find_picture(self, reference: str, alt: str, line: int, message: str) -> str:
        """Return the key of the picture, or an empty text after noting `message` with the reference and the reason."""
        try:
            return self._find(reference, alt).key
        except PictureError as error:
            self.notes.lost(message.format(f"`{_short(reference)}`", error), line)
            return ""

    def resolve_link(self, destination: str, line: int) -> str | None:
        """Return what stands for the post or picture that a link leads to, or None where the link stays as it is."""
        book = self.surroundings.address_book
        if found := book.find(destination, self.post):
            post, fragment = found
            if post is self.post and fragment:
                return fragment
            key = book.key(post)
            self.linked_posts.add(key)
            self.notes.kept(f"The link `{_short(destination)}` leads to “{post.title}”.", line)
            return f"{PAGE}{key}{fragment}"
        if not _is_local(destination):
            return None
        if self.surroundings.pictures.is_picture(destination):
            return self.resolve_picture(destination, "", line)
        return self._keep_link(destination, line)

    def _find(self, reference: str, alt: str) -> Picture:
        picture = self.surroundings.pictures.find(self._without_own_host(reference), self.post.path)
        self.pictures.setdefault(picture.key, picture)
        if alt and not self.alts.get(picture.key):
            self.alts[picture.key] = " ".join(alt.split())
        return picture

    def _keep_picture(self, reference: str, reason: str, line: int) -> str:
        if not _is_local(reference):
            self.notes.kept(f"The picture `{_short(reference)}` {reason} and is shown from there.", line)
            return reference
        kept, where = self._point_to_old_site(reference)
        self.notes.lost(f"The picture `{_short(reference)}` {reason}; the reference {where}.", line)
        return kept

    def _keep_link(self, destination: str, line: int) -> str:
        kept, where = self._point_to_old_site(destination.removeprefix("post-file:"))
        if kept != "/":
            self.notes.lost(f"The link `{_short(destination)}` leads to nothing that was imported; it {where}.", line)
        return kept

    def _point_to_old_site(self, reference: str) -> tuple[str, str]:
        if not self.surroundings.old_site:
            return reference, "is kept as it is"
        # Template tags name pictures from the root of the site, without a slash.
        from_root = reference.startswith(("assets/", "static/", "images/", "img/"))
        base = "/" if from_root else self.post.address
        return urljoin(urljoin(self.surroundings.old_site, base), reference), "leads to the old site"

    def _without_own_host(self, reference: str) -> str:
        try:
            parts = urlsplit(reference)
        except ValueError:
            return reference
        return parts.path if parts.netloc.lower() in self.surroundings.address_book.hosts else reference


def _is_local(destination: str) -> bool:
    """Tell whether a destination lies on the old site itself, rather than elsewhere, in the same text or nowhere."""
    if destination.startswith("post-file:"):
        return True
    try:
        parts = urlsplit(destination)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and bool(parts.path)


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"

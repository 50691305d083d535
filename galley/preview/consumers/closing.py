"""Why a socket is closed: a code for the page's script, a sentence for the person in front of it."""

from django.utils.translation import gettext as _

from galley.preview.access import AccessDenied
from galley.preview.consumers.quotas import TooFast, TooManySockets
from galley.preview.drafts.sources import SourceGone
from galley.preview.messages import BadMessage, MessageTooLarge
from galley.preview.sharing.links import LinkEnded

# A closing frame has room for 125 bytes, two of which are the code (RFC 6455, section 5.5).
MAX_REASON_BYTES = 123


class Close:
    """Codes with which a socket is closed. From 4400 on they say that trying again is no use: see `socket.js`."""

    BAD_MESSAGE = 4400
    NO_ACCESS = 4403
    GONE = 4404
    LINK_ENDED = 4410
    TOO_LARGE = 4413
    TOO_FAST = 4429
    TOO_MANY = 4430
    FAILED = 4500


def code_for(error: Exception) -> int:
    """Return the code with which `error` closes a socket: `FAILED` for all that isn't foreseen."""
    match error:
        case LinkEnded():
            return Close.LINK_ENDED
        case AccessDenied():
            return Close.NO_ACCESS
        case SourceGone():
            return Close.GONE
        case MessageTooLarge():
            return Close.TOO_LARGE
        case BadMessage():
            return Close.BAD_MESSAGE
        case TooFast():
            return Close.TOO_FAST
        case TooManySockets():
            return Close.TOO_MANY
    return Close.FAILED


def reason_for(code: int) -> str:
    """Return what to say when a socket is closed with `code`; a translation that is too long loses its end."""
    reasons = {
        Close.BAD_MESSAGE: _("The preview didn't understand the editor. Reload the page; saved text is safe."),
        Close.NO_ACCESS: _("You are logged out, or may not edit this page. Nothing more is shown here."),
        Close.GONE: _("This page doesn't exist any more."),
        Close.LINK_ENDED: _("This link has stopped working. What you see may be out of date; ask for a new one."),
        Close.TOO_LARGE: _("This draft is too large to be shown while you type. Saving works as ever."),
        Close.TOO_FAST: _("More came from this page than one can type. Reload the page; saved text is safe."),
        Close.TOO_MANY: _("Too many previews are open at once. Close some of them, then reload this page."),
        Close.FAILED: _("The preview failed. Reload the page; saved text is safe."),
    }
    return reasons[code].encode()[:MAX_REASON_BYTES].decode(errors="ignore")

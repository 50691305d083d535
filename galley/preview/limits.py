"""How much the preview takes: every limit in one place, each far beyond what a person comes to.

Whoever goes beyond one is told so in a sentence, as the reason with which the socket is closed
(`galley.preview.consumers.base.Close`). The server in front has to let the largest message pass: `--ws-max-size`.
"""

# Of an editor's page. A form of ten thousand fields is what Django itself is set to take on this kind of site.
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_FIELDS = 10_000
MAX_PATH = 500
MAX_TAGS = 1_000  # of a page, each looked up in the database

# Of a screen, which says little.
MAX_SCREEN_MESSAGE_BYTES = 16 * 1024

# Of a note, in characters. The script shortens a longer quote.
MAX_QUOTE = 300
MAX_NOTE = 4_000
MAX_NAME = 80

# Of notes: of one reviewer or link within some minutes and altogether, and of comments that wait on one page.
NOTES_AT_ONCE = 10
NOTES_AT_ONCE_SECONDS = 10 * 60
NOTES_OF_ONE_REVIEWER = 200
COMMENTS_ON_ONE_PAGE = 500

# Of any socket. A page sends one change at a time and waits for the answer: a key, a paste or a dragged slider
# comes to some dozen messages a second. Each message costs one, and one more for each so many bytes.
MESSAGES_PER_SECOND = 300
MESSAGES_AT_ONCE = 1_500
BYTES_AS_ANOTHER_MESSAGE = 32 * 1024

# In one process: tabs and screens of one user, and guests who came by one link.
SOCKETS_PER_USER = 60
SOCKETS_PER_LINK = 2_000

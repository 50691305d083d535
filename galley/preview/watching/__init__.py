"""Who shows what to whom: the drafts that are being written, and the screens that follow them."""

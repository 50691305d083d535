"""Broadcasts drafts: from the editor that writes one to the screens that show it, across processes."""

"""What readers remark on a draft: kept as Wagtail's comments, and shown to whoever has the page open."""

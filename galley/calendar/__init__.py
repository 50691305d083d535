"""The editorial calendar: what is drafted, scheduled, published and expiring, by day. README.md describes it."""

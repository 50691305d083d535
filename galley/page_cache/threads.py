"""The cache's own two threads, in which it queries the database and compresses responses."""

from galley.async_pages.threads import WorkerThreads

in_edge_thread = WorkerThreads(2, "page-cache").run

"""Lists of pages in the admin, with tabs and filters, and its search, which finds unpublished words. See README.md."""

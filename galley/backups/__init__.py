"""Backs up database and media while the site runs, restores them, and moves a site from SQLite to PostgreSQL."""

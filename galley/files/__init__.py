"""Stores uploaded files as a whole or not at all, and deletes what uploads leave behind."""

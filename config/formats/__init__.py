"""Formats of dates by language, which replace those of Django (`FORMAT_MODULE_PATH`)."""

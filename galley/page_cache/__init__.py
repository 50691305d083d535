"""What visitors may see has changed: told to every process by the database itself.

Whatever is kept in memory is kept for one `version` (`read_version`); what it was made of is known (`reads`).
"""

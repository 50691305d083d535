"""What the settings of a Wagtail site may hold: menus, an announcement, a time zone, and a test of its mail.

Public modules: `fields` (abstract models), `menus`, `announcement`, `registered`, `time_zone`, `active_zone`,
`middleware`, `mail`.
"""

"""British dates: the month by its name, in full where there is room for it."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"

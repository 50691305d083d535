"""British dates with the name of the month."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"

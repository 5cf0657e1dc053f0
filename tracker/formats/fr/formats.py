"""Date formats."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j b Y"
YEAR_MONTH_FORMAT = "F Y"
DATETIME_FORMAT = "j F Y, H:i"

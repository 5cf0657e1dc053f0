"""Date formats."""

DATE_FORMAT = "j E Y"
SHORT_DATE_FORMAT = "j b Y"
YEAR_MONTH_FORMAT = "F Y"
DATETIME_FORMAT = "j E Y, H:i"

"""Dates as the United Nations writes them in each language: formats, and the names of the months."""

from django.utils.translation import gettext_noop as _

# Django knows these names already. They stand here so that our catalogues hold them too and come first: in Arabic the
# United Nations gives each month both its names (شباط/فبراير), and in Russian a month that stands without a day is not
# written with a capital. The short names are those used in tables.
MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)

SHORT_MONTHS = (
    _("jan"),
    _("feb"),
    _("mar"),
    _("apr"),
    _("may"),
    _("jun"),
    _("jul"),
    _("aug"),
    _("sep"),
    _("oct"),
    _("nov"),
    _("dec"),
)

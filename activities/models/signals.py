"""What a signal says of one activity, in words."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from tracker.toolkit.days import day_words

from ..choices import Signal
from .activity import Activity


def signals_shown(activity: Activity) -> list[Signal]:
    """The signals of a row that was read `with_signals`, worst first."""
    return [signal for signal in Signal if getattr(activity, f"shows_{signal}")]


def days_overdue(activity: Activity, today: datetime.date) -> int:
    """Days since the last day its planned end may mean; negative while that lies ahead."""
    return (today - activity.planned_end_on.last_day).days


def days_silent(activity: Activity, today: datetime.date) -> int | None:
    """Days since the last word; None when there never was one."""
    if activity.last_update_at is None:
        return None
    return (today - timezone.localdate(activity.last_update_at)).days


def span_words(days: int) -> str:
    """“112 days”; from two years on in whole years, as nobody can read 9,307 days."""
    if days < 2 * 365:
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    years = int((days + 1) / 365.2425)
    return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}


def signal_words(activity: Activity, signal: str, today: datetime.date) -> str:
    """“Overdue 32 days”, “Silent 112 days”, “Lead withdrew on 17 September 2001”; the name of the signal otherwise."""
    match signal:
        case Signal.OVERDUE:
            return gettext("Overdue %(time)s") % {"time": span_words(days_overdue(activity, today))}
        case Signal.SILENT:
            silent = days_silent(activity, today)
            if silent is None:
                return gettext("Never reported on")
            return gettext("Silent %(time)s") % {"time": span_words(silent)}
        case Signal.LEAD_WITHDREW:
            return gettext("Lead withdrew on %(date)s") % {"date": day_words(activity.lead_withdrew_on)}
        case Signal.PAST_REVIEW if activity.review_on:
            return gettext("Review was due on %(date)s") % {"date": day_words(activity.review_on)}
    return str(Signal(signal).label)

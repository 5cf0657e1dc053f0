"""Fixed lists of the register, and the table that says which status may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """What the organizations say of an activity. The order is that of every legend, column and bar."""

    COMPLETED = "completed", _("Completed")
    UNDER_WAY = "under_way", _("Under way")
    AGREED = "agreed", pgettext_lazy("status", "Agreed")
    PROPOSED = "proposed", _("Proposed")
    STALLED = "stalled", _("Stalled")
    DISCONTINUED = "discontinued", _("Discontinued")


# International Aid Transparency Initiative, activity-status code list.
IATI_STATUS = {
    Status.PROPOSED: 1,
    Status.AGREED: 1,
    Status.UNDER_WAY: 2,
    Status.STALLED: 6,
    Status.COMPLETED: 4,
    Status.DISCONTINUED: 5,
}

OPEN_STATUSES = (Status.UNDER_WAY, Status.AGREED, Status.PROPOSED, Status.STALLED)
CLOSED_STATUSES = (Status.COMPLETED, Status.DISCONTINUED)

TRANSITIONS: dict[str, tuple[str, ...]] = {
    Status.PROPOSED: (Status.AGREED, Status.UNDER_WAY, Status.DISCONTINUED),
    Status.AGREED: (Status.UNDER_WAY, Status.STALLED, Status.DISCONTINUED),
    Status.UNDER_WAY: (Status.STALLED, Status.COMPLETED, Status.DISCONTINUED),
    Status.STALLED: (Status.UNDER_WAY, Status.COMPLETED, Status.DISCONTINUED),
    Status.COMPLETED: (Status.UNDER_WAY,),
    Status.DISCONTINUED: (Status.UNDER_WAY,),
}


def needs_reason(before: str, after: str) -> bool:
    """To stall, to discontinue and to reopen, one must say why."""
    return after in (Status.STALLED, Status.DISCONTINUED) or (before in CLOSED_STATUSES and after == Status.UNDER_WAY)


class Closing(models.TextChoices):
    """How an activity ended."""

    OBJECTIVE_MET = "objective_met", _("Objective met")
    HANDED_OVER = "handed_over", _("Handed to the national counterpart")
    SUPERSEDED = "superseded", _("Superseded")
    NO_RESULT = "no_result", _("Ended without result")


class Role(models.TextChoices):
    LEAD = "lead", _("Lead")
    CO_LEAD = "co_lead", _("Co-lead")
    PARTNER = "partner", _("Partner")
    HOST = "host", _("Host")
    FUNDER = "funder", _("Funder")
    TECHNICAL_SUPPORT = "technical_support", _("Technical support")
    OBSERVER = "observer", _("Observer")


LEADING_ROLES = (Role.LEAD, Role.CO_LEAD)
# An observer follows an activity and is not asked to report on it, though it may.
ASKED_ROLES = tuple(role for role in Role if role != Role.OBSERVER)

# International Aid Transparency Initiative, organisation-role code list; an observer has none.
IATI_ROLE = {
    Role.LEAD: 2,
    Role.CO_LEAD: 2,
    Role.FUNDER: 1,
    Role.PARTNER: 4,
    Role.HOST: 4,
    Role.TECHNICAL_SUPPORT: 4,
}


class Response(models.TextChoices):
    """An organization's own answer to being named a participant."""

    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    ACCEPTED_IN_PART = "accepted_in_part", _("Accepted in part")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


TAKING_PART = (Response.ACCEPTED, Response.ACCEPTED_IN_PART)


class Level(models.TextChoices):
    HEADQUARTERS = "headquarters", _("Headquarters")
    FIELD = "field", pgettext_lazy("level", "Field")
    BOTH = "both", _("Headquarters and field")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Signed-in members")
    RESTRICTED = "restricted", _("Participants and coordinators")


class CounterpartStance(models.TextChoices):
    """How the country stands to the activity (principle 1)."""

    INITIATED = "initiated", _("Initiated it")
    REQUESTED = "requested", _("Requested it")
    CONSULTED = "consulted", _("Was consulted")
    NONE_NAMED = "none_named", _("None named")


class Confidence(models.TextChoices):
    """How far the sources bear out a documented activity."""

    GOOD = "good", _("Good")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class UpdateKind(models.TextChoices):
    UPDATE = "update", _("Update")
    NO_CHANGE = "no_change", _("No change to report")
    DOCUMENTED = "documented", _("Recorded from public sources")
    # Says nothing but that the entry it corrects should not have been made.
    TAKEN_BACK = "taken_back", pgettext_lazy("entry", "Taken back")


class EvidenceKind(models.TextChoices):
    FILE = "file", _("File")
    LINK = "link", _("Link")


class Signal(models.TextChoices):
    """Computed, never stored: what needs attention. Worst first."""

    OVERDUE = "overdue", _("Overdue")
    LEAD_WITHDREW = "lead_withdrew", _("Lead withdrew")
    NO_LEAD = "no_lead", _("No lead")
    SILENT = "silent", _("Silent")
    UNANSWERED = "unanswered", _("Invitation unanswered")
    PAST_REVIEW = "past_review", _("Past review date")
    NO_CLOSING_CONDITION = "no_closing_condition", _("No closing condition")


DEFAULT_UPDATE_INTERVAL_DAYS = 90
INVITATION_PATIENCE_DAYS = 14

# The rule of each signal, as the reader is told it.
SIGNAL_RULES = {
    Signal.OVERDUE: _(
        "Open, and the planned end has passed. A date known only to the month or year passes with its last day."
    ),
    Signal.LEAD_WITHDREW: _("Open, and the organization that led it has withdrawn; no other leads it."),
    Signal.NO_LEAD: _("An open undertaking in which no organization is named as lead or co-lead."),
    Signal.SILENT: _(
        "Open, and without an update for longer than its interval, which is 90 days unless it says otherwise. An "
        "agreed item counts only once it has been reported on itself."
    ),
    Signal.UNANSWERED: _("Open, and an organization invited more than 14 days ago has not answered."),
    Signal.PAST_REVIEW: _("Open, and its review date has passed."),
    Signal.NO_CLOSING_CONDITION: _("An open undertaking that does not say what ends it, and who decides."),
}


# --- the cycle: rounds, review, notifications -------------------------------------------------------------------


class RequestState(models.TextChoices):
    """Where a request for an update stands. Computed, never stored; in this order."""

    NOT_YET_DUE = "not_yet_due", _("Not yet due")
    DUE = "due", pgettext_lazy("request", "Due")
    OVERDUE = "overdue", _("Overdue")
    ANSWERED = "answered", pgettext_lazy("request", "Answered")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", pgettext_lazy("update", "Accepted")


# A request counts as due from so many days before its day.
DUE_WITHIN_DAYS = 7
WAITING = (RequestState.NOT_YET_DUE, RequestState.DUE, RequestState.OVERDUE, RequestState.RETURNED)
ANSWERED_STATES = (RequestState.ANSWERED, RequestState.ACCEPTED)


class ReviewState(models.TextChoices):
    """What became of an entry of the log when a coordinator looked at it."""

    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", pgettext_lazy("update", "Accepted")
    RETURNED = "returned", _("Returned")


class ReturnReason(models.TextChoices):
    """Why an update was returned."""

    UNCLEAR = "unclear", _("Unclear")
    NO_EVIDENCE = "no_evidence", _("No evidence")
    WRONG_PERIOD = "wrong_period", _("Wrong period")
    ANOTHER_MUST_CONFIRM = "another_confirms", _("Another organization must confirm")
    OTHER = "other", _("Other")


class ProposalState(models.TextChoices):
    """What became of a proposal for the lead."""

    PROPOSED = "proposed", pgettext_lazy("lead", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("lead", "Accepted")
    DECLINED = "declined", pgettext_lazy("lead", "Declined")
    TAKEN_BACK = "taken_back", pgettext_lazy("lead", "Taken back")


class OverlapKind(models.TextChoices):
    """What a coordinator says of two undertakings that look alike."""

    DIFFERENT = "different", _("Different")
    RELATED = "related", _("Related")
    MERGE = "merge", _("To be merged")


class ChangeSetKind(models.TextChoices):
    BULK = "bulk", _("Bulk change")
    IMPORT = "import", _("Import")
    UNDO = "undo", _("Import taken back")


class NotificationKind(models.TextChoices):
    """What somebody is told of. Mail of each kind can be declined."""

    CALL = "call", _("Call for updates")
    DUE_SOON = "due_soon", _("Updates due soon")
    OVERDUE = "overdue", _("Updates overdue")
    REMINDER = "reminder", _("Reminder by a coordinator")
    RETURNED = "returned", _("Update returned")
    ACCEPTED = "accepted", _("Update accepted")
    INVITATION = "invitation", _("Invitation to take part")
    ANSWER = "answer", _("Answer to an invitation")
    LEAD_CHANGE = "lead_change", _("Change of lead")
    MENTION = "mention", _("My organization mentioned")
    FOLLOWED = "followed", _("Followed activity changed")
    DIGEST = "digest", _("Weekly digest")
    ROUND_CLOSED = "round_closed", _("Round closed")


# What a followed activity does is read on screen; by mail it arrives in the digest.
MAILED = tuple(kind for kind in NotificationKind if kind != NotificationKind.FOLLOWED)

# What asks an organization for the same updates; never two of them within so many days.
REMINDING = (NotificationKind.CALL, NotificationKind.DUE_SOON, NotificationKind.OVERDUE, NotificationKind.REMINDER)
REMINDER_PAUSE_DAYS = 3
# Days before the due day, and after it; then every so many days.
REMIND_BEFORE = (7, 1)
REMIND_AFTER = (1, 7)
REMIND_EVERY = 14


class MailState(models.TextChoices):
    """Where the mail of a notification stands."""

    NONE = "none", _("Not mailed")
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("Refused by the mail server")
    FAILED = "failed", _("Given up after several attempts")
    UNCERTAIN = "uncertain", _("Uncertain: the sender stopped half-way")


class ReportKind(models.TextChoices):
    """What a saved report shows. The codes are kept; which address shows it is said in `models/saved.py`."""

    LIST = "list", _("List of activities")
    MATRIX = "matrix", _("Matrix")
    TIMELINE = "timeline", _("Timeline")
    FRAMEWORK = "framework", _("Progress report")
    BRIEF = "brief", _("Organization brief")
    OBSTACLES = "obstacles", _("Obstacles report")


class Sharing(models.TextChoices):
    """Who may use a saved report besides its owner."""

    PRIVATE = "private", _("Only the owner")
    ORGANIZATION = "organization", _("The members of one organization")
    MEMBERS = "members", _("Everybody who signs in")


class StartPage(models.TextChoices):
    """What a person sees first after signing in."""

    DESK = "desk", _("My desk")
    OVERVIEW = "overview", _("Overview")
    REPORT = "report", _("A saved report")

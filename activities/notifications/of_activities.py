"""What is said of activities: entries of their logs, who takes part, what changed; in the active language."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.texts import NO_TEXT, Text

from ..choices import ProposalState, Response, Status, Visibility
from ..models import Notification
from .wording import (
    LONGEST_TITLE,
    Line,
    Words,
    activity_name,
    activity_of,
    organization_name,
    person_wrote,
    slug_of,
    stood_for,
    why_this_recipient,
)


def _of_activity(notification: Notification) -> dict[str, Any]:
    activity: Any = activity_of(notification)
    return {
        "organization": organization_name(notification.organization),
        "activity": activity_name(activity),
        "short": activity_name(activity, LONGEST_TITLE),
    }


def _place(activity: Any, name: str, *more: Any) -> str:
    return reverse(name, args=[activity.framework.code, activity.code, *more])


def _reading(notification: Notification, label: str, anchor: str = "") -> tuple[str, str]:
    """The button that opens the activity, and where it leads. A mailbox has no account: of an activity that is not
    public it is shown the page of its organization.
    """
    activity: Any = activity_of(notification)
    organization = stood_for(notification)
    if notification.user_id or activity.visibility == Visibility.PUBLIC or organization is None:
        return label, _place(activity, "activity-detail") + anchor
    return _("See the page of the organization"), reverse("organization-detail", args=[slug_of(organization)])


def returned(notification: Notification) -> Words:
    update, activity, facts = notification.update, activity_of(notification), _of_activity(notification)
    review = getattr(update, "review", None)
    # Who has no account cannot log anything, but can read what it is about.
    link, place = (
        (_("Log an update"), _place(activity, "update-new"))
        if notification.user_id
        else _reading(notification, _("Open the activity"))
    )
    return Words(
        _("Returned: the update of %(organization)s on %(short)s") % facts,
        (
            _("The update of %(organization)s on %(activity)s was returned for the reasons below.") % facts,
            _("It stays in the log, marked. A new entry answers it."),
            *why_this_recipient(notification),
        ),
        link,
        place,
        points=tuple(reason.get_code_display() for reason in review.reasons.all()) if review else (),
        quote=Text(review.sentence, review.language) if review and review.sentence else NO_TEXT,
        quoted=person_wrote(notification.by) if review and review.sentence else "",
    )


def accepted(notification: Notification) -> Words:
    facts = _of_activity(notification)
    return Words(
        _("Accepted: the update of %(organization)s on %(short)s") % facts,
        (
            _("The update of %(organization)s on %(activity)s was accepted.") % facts,
            *why_this_recipient(notification),
        ),
        *_reading(notification, _("Read the update"), f"#update-{notification.update_id}"),
    )


def invitation(notification: Notification) -> Words:
    activity, participation = activity_of(notification), notification.participation
    facts = _of_activity(notification)
    sentences = [_("%(organization)s is invited to take part in %(activity)s.") % facts]
    if participation:
        sentences.append(_("Role: %(role)s.") % {"role": participation.get_role_display()})
    sentences.append(
        _("Until %(organization)s answers, it counts nowhere as taking part. It may accept, accept a part, or decline.")
        % facts
    )
    link, place = _reading(notification, _("Read about the activity"))
    if notification.user_id and participation:
        link, place = _("Answer the invitation"), _place(activity, "participant-edit", participation.pk)
    return Words(
        _("%(organization)s is invited to take part in %(short)s") % facts,
        (*sentences, *why_this_recipient(notification)),
        link,
        place,
        quoted=_("What it would do") if participation and participation.responsibility else "",
        quote=Text(participation.responsibility, "") if participation and participation.responsibility else NO_TEXT,
    )


def answer(notification: Notification) -> Words:
    participation, facts = notification.participation, _of_activity(notification)
    if participation:
        facts["organization"] = organization_name(participation.organization)
    # What was answered then: the participation may say something else by now.
    response = notification.facts.get("response") or (participation.response if participation else "")
    subjects: dict[str, str] = {
        Response.ACCEPTED: _("%(organization)s takes part in %(short)s"),
        Response.ACCEPTED_IN_PART: _("%(organization)s takes part in a part of %(short)s"),
        Response.DECLINED: _("%(organization)s has declined to take part in %(short)s"),
        Response.WITHDRAWN: _("%(organization)s has withdrawn from %(short)s"),
    }
    sentences: dict[str, str] = {
        Response.ACCEPTED: _("%(organization)s has accepted and takes part in %(activity)s."),
        Response.ACCEPTED_IN_PART: _("%(organization)s has accepted a part of what it was asked in %(activity)s."),
        Response.DECLINED: _("%(organization)s has declined to take part in %(activity)s."),
        Response.WITHDRAWN: _("%(organization)s has withdrawn from %(activity)s."),
    }
    words = notification.facts.get("words", participation.accepted_part if participation else "")
    return Words(
        subjects.get(response, _("%(organization)s has answered on %(short)s")) % facts,
        (
            sentences.get(response, _("%(organization)s has answered on %(activity)s.")) % facts,
            *why_this_recipient(notification),
        ),
        *_reading(notification, _("Open the activity")),
        quote=Text(words, "") if words else NO_TEXT,
        quoted=_("In its own words") if words else "",
    )


def lead_change(notification: Notification) -> Words:
    activity, facts = activity_of(notification), _of_activity(notification)
    state, proposal = notification.facts.get("state", ""), notification.facts.get("proposal")
    sentences: dict[str, str] = {
        ProposalState.PROPOSED: _("%(organization)s is proposed as the next lead of %(activity)s."),
        ProposalState.ACCEPTED: _("%(organization)s now leads %(activity)s."),
        ProposalState.DECLINED: _("%(organization)s has declined to lead %(activity)s."),
        ProposalState.TAKEN_BACK: _("The proposal that %(organization)s should lead %(activity)s was taken back."),
        Response.WITHDRAWN: _("%(organization)s, which led %(activity)s, has withdrawn. Who takes over?"),
    }
    offers: dict[str, str] = {
        ProposalState.PROPOSED: _("%(organization)s offers to lead %(activity)s."),
        ProposalState.DECLINED: _("The offer of %(organization)s to lead %(activity)s was declined."),
        ProposalState.TAKEN_BACK: _("%(organization)s no longer offers to lead %(activity)s."),
    }
    otherwise = sentences.get(state, _("The lead of %(activity)s changes: %(organization)s."))
    sentence = offers.get(state, otherwise) if notification.facts.get("offered") else otherwise
    words = notification.facts.get("words", "")
    link, place = _reading(notification, _("Open the activity"))
    if notification.user_id and state == ProposalState.PROPOSED and proposal:
        link, place = _("Answer the proposal"), _place(activity, "lead-answer", proposal)
    elif notification.user_id and state == Response.WITHDRAWN:
        link, place = _("Offer to lead"), _place(activity, "lead-propose")
    return Words(
        _("Change of lead: %(short)s") % facts,
        (sentence % facts, *why_this_recipient(notification)),
        link,
        place,
        quote=Text(words, "") if words else NO_TEXT,
        quoted=person_wrote(notification.by) if words else "",
    )


def mention(notification: Notification) -> Words:
    activity, facts = activity_of(notification), _of_activity(notification)
    update = notification.update
    anchor = f"#update-{update.pk}" if update else ""
    facts["author"] = organization_name(update.organization if update else None)
    return Words(
        _("%(organization)s is mentioned in %(short)s") % facts,
        (
            _("The update of %(author)s on %(activity)s mentions %(organization)s.") % facts,
            _("Whoever speaks for %(organization)s may answer with an update of its own.") % facts,
        ),
        _("Read the update"),
        _place(activity, "activity-detail") + anchor,
    )


def followed(notification: Notification) -> Words:
    activity, facts = activity_of(notification), _of_activity(notification)
    return Words(
        _("Changed: %(short)s") % facts,
        (_("%(activity)s, which you follow, has changed.") % facts,),
        _("Open the activity"),
        _place(activity, "activity-detail") + (f"#update-{notification.update_id}" if notification.update_id else ""),
        points=tuple(_change(change) for change in notification.facts.get("changes", ())),
    )


def _change(change: Any) -> str:
    """A change as `workflow.changes` names it, in words."""
    fact = change if isinstance(change, dict) else {"what": change}
    if fact.get("before") and fact.get("after"):
        statuses = dict(Status.choices)
        return _("Status: from “%(before)s” to “%(after)s”") % {
            "before": statuses.get(fact["before"], ""),
            "after": statuses.get(fact["after"], ""),
        }
    words = {
        "entered": _("Entered in the register"),
        "status": _("The status has changed"),
        "update": _("A new update was logged"),
        "participants": _("Who takes part has changed"),
    }
    return words.get(fact.get("what", ""), _("Something else has changed"))


def digest(notification: Notification, lines: tuple[Line, ...]) -> Words:
    """Of the lines written into it, those that are told."""
    number = len({line.activity for line in lines})
    subject = ngettext("Weekly digest: %(number)d activity", "Weekly digest: %(number)d activities", number)
    sentences = [_("This is what you are asked for, and what changed lately in what you follow.")]
    if more := int(notification.facts.get("more") or 0):
        left_out = ngettext(
            "%(number)d further line found no room here.", "%(number)d further lines found no room here.", more
        )
        sentences.append(left_out % {"number": more})
    return Words(subject % {"number": number}, tuple(sentences), _("Open my desk"), reverse("desk"), lines=lines)

"""From the administration's forms to the workflow: one call for each thing that was typed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.toolkit.admin import REASON, Refused
from tracker.toolkit.history import changes_by_record

from ..choices import Response
from ..models import Activity, Participation
from ..workflow import (
    StaleEdit,
    StaleUpdate,
    answer_invitation,
    change_role,
    edit_undertaking,
    end_participation,
    invite,
    post_update,
    propose_undertaking,
)
from ..workflow.keeping import PARTICULARS, classify_item, edit_participation
from .forms import SOURCE_OF_LEAD, ActivityForm, EntryForm, ParticipationForm


def asked(form: forms.ModelForm, write: Callable[[], Any]) -> Any:
    """Do as the form asks; what the workflow refuses is shown at that form and nothing is saved."""
    try:
        return write()
    except ValidationError as error:
        raise Refused(form, error) from error
    except StaleEdit as stale:
        raise Refused(form, ValidationError(conflict(stale.current, form.cleaned_data.get("seen_version")))) from stale
    except StaleUpdate as stale:
        sentence = _("Meanwhile %(who)s logged an entry on status or progress. Read it, then save yours again.")
        who = ", ".join(dict.fromkeys(str(update.author or update.organization) for update in stale.newer))
        raise Refused(form, ValidationError(sentence % {"who": who})) from stale


def conflict(current: Activity | Participation, version: int | None) -> list[str]:
    """Sentences about who saved what since the form was opened."""
    records = list(type(current).history.filter(id=current.pk).select_related("history_user").order_by("-history_id"))
    newer = [record for record in records if version is None or record.version > version]
    sentences = [
        _("This was changed while you were editing. Nothing of yours was saved; all you typed is still below.")
    ]
    for record, changes in changes_by_record(records[: len(newer) + 1])[: len(newer)]:
        sentences.append(
            _("%(who)s, %(when)s: %(what)s")
            % {
                "who": record.history_user or _("the system"),
                "when": date_format(localtime(record.history_date), "DATETIME_FORMAT"),
                "what": "; ".join(f"{c.label}: {c.before or '–'} → {c.after or '–'}" for c in changes) or "–",
            }
        )
    sentences.append(_("Open the page again in another window and enter there what still holds."))
    return sentences


def save_activity(form: ActivityForm, activity: Activity, by: Any) -> None:
    changes = form.changes()
    if not changes:
        return
    reason = form.cleaned_data.get(REASON, "")
    version = form.cleaned_data.get("seen_version") or 0
    if activity.agreed:
        asked(form, lambda: classify_item(item=activity, changes=changes, version=version, by=by, reason=reason))
    else:
        asked(form, lambda: edit_undertaking(activity=activity, changes=changes, version=version, by=by, reason=reason))


def add_activity(form: Any, by: Any) -> Activity:
    fields = form.changes()
    parent = fields.pop("parent", None)
    if parent is None:
        raise Refused(form, ValidationError({"parent": _("Choose the agreed item it carries out.")}))
    accepted = form.cleaned_data.get("lead_accepted")
    return asked(
        form,
        lambda: propose_undertaking(
            parent=parent,
            by=by,
            organization=form.cleaned_data.get("lead_organization"),
            response=Response.ACCEPTED if accepted else Response.INVITED,
            answered_for=form.cleaned_data[SOURCE_OF_LEAD] if accepted else "",
            reason=form.cleaned_data.get(REASON, ""),
            **fields,
        ),
    )


def save_participation(form: ParticipationForm, activity: Activity, by: Any) -> None:
    data = form.cleaned_data
    particulars = {name: data[name] for name in form.changed_data if name in PARTICULARS}
    if form.instance.pk is None:
        row = asked(
            form,
            lambda: invite(
                activity=activity,
                organization=data["organization"],
                role=data["role"],
                response=data["response"],
                by=by,
                answered_for=data["answered_for"] if form.is_new_answer else "",
                **{name: data[name] for name in ("responsibility", "mandate", "note", "since")},
            ),
        )
        further = {name: particulars[name] for name in particulars if getattr(row, name) != particulars[name]}
        if further:
            asked(form, lambda: edit_participation(participation=row, changes=further, version=row.version, by=by))
        return
    row = Participation(pk=form.instance.pk, activity=activity, version=data.get("seen_version") or 0)
    answers = "response" in form.changed_data
    words = particulars.pop("accepted_part", "") if answers else ""
    # Of an answer, or of a lead that was agreed to: it belongs to the row that is written then.
    source = particulars.pop("answered_for", "") if form.is_new_answer else ""
    if particulars:
        before = row
        row = asked(
            form,
            lambda: edit_participation(participation=before, changes=particulars, version=before.version, by=by),
        )
    if answers:
        answered = row
        row = asked(
            form,
            lambda: answer_invitation(
                participation=answered,
                response=data["response"],
                by=by,
                version=answered.version,
                words=words or data.get("accepted_part") or "",
                answered_for=source,
                on=form.day,
            ),
        )
    if "role" in form.changed_data:
        held = row
        row = asked(
            form,
            lambda: change_role(
                participation=held, role=data["role"], on=form.day, by=by, version=held.version, answered_for=source
            ),
        )
    if data.get("ends"):
        asked(form, lambda: end_participation(participation=row, on=form.day, by=by, version=row.version))


def log_entry(form: EntryForm, activity: Activity, by: Any) -> Any:
    data = form.cleaned_data
    names = ("as_of", "kind", "status", "progress", "reason", "closing", "done", "obstacles", "obstacle_kinds")
    further = ("next_steps", "next_steps_due_on", "language", "seen", "organization")
    return asked(
        form,
        lambda: post_update(
            activity=activity,
            author=by,
            may_set_status=by.has_perm("activities.set_status", activity),
            token=data.get("form_token"),
            on_behalf=data["organization"].pk not in by.reporting_organization_ids,
            **{name: data[name] for name in (*names, *further)},
        ),
    )

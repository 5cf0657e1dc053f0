"""What was known of each activity from day to day; filled for what the register holds already.

The rules stand here as they were when this was written: what the product computes later is no matter of a migration.
"""

import datetime
from collections import defaultdict

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

import tracker.toolkit.dates

ENDLESS = datetime.date(9999, 12, 31)
TAKING_PART = ("accepted", "accepted_in_part")
ENTRY = ("id", "activity_id", "as_of", "status", "progress", "kind", "created_at", "corrects_id")
AT_A_TIME = 500


def heard_at(entry):
    if entry["kind"] != "documented":
        return entry["created_at"]
    day = entry["as_of"].last_day
    at = datetime.datetime.combine(day, datetime.time(), tzinfo=timezone.get_default_timezone())
    return min(at, entry["created_at"])


def standing(entries):
    roots, found = {}, {}
    for entry in entries:
        corrects = entry["corrects_id"]
        roots[entry["id"]] = roots.get(corrects, corrects) if corrects else entry["id"]
        found.pop(corrects, None)
        found[entry["id"]] = entry
    stand = [entry for entry in found.values() if entry["kind"] != "taken_back"]
    return sorted(stand, key=lambda entry: (entry["as_of"], roots[entry["id"]]))


def said_by(activity, entries):
    deciding = next((entry for entry in reversed(entries) if entry["status"]), None)
    heard = max(map(heard_at, entries), default=None)
    since = heard or (None if activity.agreed else activity.created_at)
    return {
        "status": deciding["status"] if deciding else ("agreed" if activity.agreed else "proposed"),
        "status_as_of": deciding["as_of"] if deciding else "",
        "progress": next((e["progress"] for e in reversed(entries) if e["progress"] is not None), None),
        "last_update_at": heard,
        "silent_on": since and timezone.localdate(since) + datetime.timedelta(days=activity.update_interval_days + 1),
    }


def holds_on(row, day):
    if row.response not in TAKING_PART and not row.until:
        return False
    return (not row.since or row.since.first_day <= day) and (not row.until or day < row.until.last_day)


def led_on(day, leading):
    holding = [row for row in leading if holds_on(row, day)]
    lead = next((row for role in ("lead", "co_lead") for row in holding if row.role == role), None)
    withdrew_on = ""
    if lead is None:
        ended = [
            (row.until.last_day if row.until else day, row.pk)
            for row in leading
            if row.role == "lead" and row.response == "withdrawn"
        ]
        last = max((end for end in ended if end[0] <= day), default=None)
        withdrew_on = last[0].isoformat() if last else ""
    return {"lead_id": lead and lead.organization_id, "lead_withdrew_on": withdrew_on}


def states_of(activity, entries, leading):
    heard_on = {entry["id"]: timezone.localdate(heard_at(entry)) for entry in entries}
    days = [timezone.localdate(activity.created_at), *heard_on.values()]
    if activity.agreed and activity.framework.issued_on:
        days.append(activity.framework.issued_on.first_day)
    begins = min(days)
    days = {begins, *heard_on.values()}
    for row in leading:
        turns = (row.since and row.since.first_day, row.until and row.until.last_day)
        days |= {day for day in turns if day and day > begins}
    states = []
    for day in sorted(days):
        known = standing([entry for entry in entries if heard_on[entry["id"]] <= day])
        facts = {**said_by(activity, known), **led_on(day, leading)}
        if states and states[-1][1] == facts:
            continue
        states.append((day, facts))
    ends = [day for day, _facts in states[1:]] + [ENDLESS]
    return [{"known_from": day, "known_until": end, **facts} for (day, facts), end in zip(states, ends, strict=True)]


def fill(apps, schema_editor):
    Activity, StatusUpdate, Participation, ActivityState = (
        apps.get_model("activities", name) for name in ("Activity", "StatusUpdate", "Participation", "ActivityState")
    )
    accepted = set(
        apps.get_model("activities", "HistoricalParticipation")
        .objects.filter(response__in=TAKING_PART, role__in=("lead", "co_lead"))
        .values_list("id", flat=True)
    )
    keys = list(Activity.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_A_TIME):
        here = keys[start : start + AT_A_TIME]
        entries, leading = defaultdict(list), defaultdict(list)
        for entry in StatusUpdate.objects.filter(activity__in=here).order_by("pk").values(*ENTRY):
            entries[entry["activity_id"]].append(entry)
        rows = Participation.objects.filter(
            activity__in=here, role__in=("lead", "co_lead"), response__in=(*TAKING_PART, "withdrawn")
        )
        for row in rows.order_by("pk"):
            taken_back = row.response == "withdrawn" and not row.since and row.answered_at and row.pk not in accepted
            if not taken_back:
                leading[row.activity_id].append(row)
        columns = ("pk", "agreed", "created_at", "update_interval_days", "framework__issued_on")
        ActivityState.objects.bulk_create(
            ActivityState(activity_id=activity.pk, **state)
            for activity in Activity.objects.filter(pk__in=here).select_related("framework").only(*columns)
            for state in states_of(activity, entries[activity.pk], leading[activity.pk])
        )


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0012_imports"),
        ("organizations", "0003_mailbox_and_bell"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_from", models.DateField(verbose_name="known from")),
                ("known_until", models.DateField(default=datetime.date(9999, 12, 31), verbose_name="known until")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("completed", "Completed"),
                            ("under_way", "Under way"),
                            ("agreed", "Agreed"),
                            ("proposed", "Proposed"),
                            ("stalled", "Stalled"),
                            ("discontinued", "Discontinued"),
                        ],
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "status_as_of",
                    tracker.toolkit.dates.PartialDateField(
                        blank=True, default="", max_length=10, verbose_name="status as of"
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="progress")),
                ("last_update_at", models.DateTimeField(blank=True, null=True, verbose_name="last update")),
                (
                    "lead_withdrew_on",
                    tracker.toolkit.dates.PartialDateField(
                        blank=True, default="", max_length=10, verbose_name="lead withdrew on"
                    ),
                ),
                ("silent_on", models.DateField(blank=True, null=True, verbose_name="silent on")),
                (
                    "activity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="activities.activity",
                        verbose_name="activity",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                        verbose_name="lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "state of an activity",
                "verbose_name_plural": "states of activities",
                "ordering": ["activity", "known_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("activity", "known_until"), name="activity_state_once"),
                    models.CheckConstraint(
                        condition=models.Q(("known_from__lt", models.F("known_until"))), name="activity_state_lasts"
                    ),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

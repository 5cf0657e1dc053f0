"""Bare views to compare with: one statement and the plainest rendering. They are served by the benchmark alone."""

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from organizations.models import User

from ..filters import Selection, in_order
from ..models import Activity, StatusUpdate

ROWS = 50
COLUMNS = ("code", "title_en", "area_id", "status", "progress", "planned_end_on", "last_update_at", "lead_id")
# What the report's files hold but for the words of signals: {visible} is the report's own statement for the references.
EXPORT = """
SELECT a.code, a.title_en, a.agreed, area.code, area.title_en, parent.code, o.acronym_en, taking_part.names, a.status,
    a.progress, a.planned_end_on, a.last_update_at, a.countries, fields.names, themes.names, a.level
FROM activities_activity a
JOIN ({visible}) visible ON visible.id = a.id
JOIN activities_area area ON area.id = a.area_id
LEFT JOIN activities_activity parent ON parent.id = a.parent_id
LEFT JOIN organizations_organization o ON o.id = a.lead_id
LEFT JOIN (SELECT p.activity_id, {together}(organization.acronym_en, '; ') AS names FROM activities_participation p
    JOIN organizations_organization organization ON organization.id = p.organization_id
    WHERE p.response IN ('accepted', 'accepted_in_part') GROUP BY p.activity_id) taking_part
    ON taking_part.activity_id = a.id
LEFT JOIN (SELECT l.activity_id, {together}(f.title_en, '; ') AS names FROM activities_activity_functional_fields l
    JOIN activities_functionalfield f ON f.id = l.functionalfield_id GROUP BY l.activity_id) fields
    ON fields.activity_id = a.id
LEFT JOIN (SELECT l.activity_id, {together}(t.title_en, '; ') AS names FROM activities_activity_themes l
    JOIN activities_theme t ON t.id = l.theme_id GROUP BY l.activity_id) themes
    ON themes.activity_id = a.id
ORDER BY a.framework_id, a.sort_key, a.id
"""
TOGETHER = {"postgresql": "string_agg", "sqlite": "group_concat"}


@lru_cache
def statement(query: str, columns: tuple[str, ...], limit: int | None = None) -> tuple[str, tuple[Any, ...]]:
    """The statement by which the report finds these rows for the person `as`, compiled once."""
    request = HttpRequest()
    request.GET = type(request.GET)(query)
    given = {name: values for name, values in request.GET.lists() if name != "as"}
    selection = Selection(given, User.objects.get(pk=request.GET["as"]))
    rows = in_order(selection.rows(), "code")[:limit] if limit else selection.rows()
    return rows.values_list(*columns).query.sql_with_params()


def fetch(request: HttpRequest) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement(request.META["QUERY_STRING"], COLUMNS, ROWS))
        return cursor.fetchall()


def joined(request: HttpRequest) -> HttpResponse:
    """Fifty rows joined into a text."""
    rows = "".join(f"<tr><td>{'<td>'.join(map(str, row))}" for row in fetch(request))
    return HttpResponse(f"<!doctype html><title>-</title><table>{rows}</table>")


TEMPLATE = """<!doctype html><title>-</title>
<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}{% endfor %}{% endfor %}</table>"""


@lru_cache
def template() -> Any:
    return engines["django"].from_string(TEMPLATE)


def templated(request: HttpRequest) -> HttpResponse:
    """The same fifty rows through the plainest template."""
    return HttpResponse(template().render({"rows": fetch(request)}))


def write(request: HttpRequest) -> HttpResponse:
    """One entry of the log and the activity's columns: two statements in one transaction."""
    now = timezone.now()
    activity, organization = request.GET["activity"], request.GET["organization"]
    with transaction.atomic():
        StatusUpdate.objects.create(
            activity_id=activity,
            organization_id=organization,
            author_id=request.GET["author"],
            as_of=now.date().isoformat(),
            created_at=now,
            done=request.POST["done"],
            token=uuid4(),
        )
        Activity.objects.filter(pk=activity).update(last_update_at=now, silent_on=now.date())
    return HttpResponse("written")


def copied(query: str) -> Iterator[bytes]:
    """All rows as the database itself writes them (PostgreSQL), or row by row from its cursor (SQLite)."""
    visible, parameters = statement(query, ("id",))
    sql = EXPORT.format(visible=visible, together=TOGETHER[connection.vendor])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)", parameters) as copy:
                yield from map(bytes, copy)
            return
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(2000):
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            yield text.getvalue().encode()


def copy(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(copied(request.META["QUERY_STRING"]), content_type="text/csv")


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ready")


urlpatterns = [
    path("", ready),
    path("joined/", joined),
    path("templated/", templated),
    path("write/", write),
    path("copy/", copy),
]

"""The selection as a file: the report's own columns and rows, for what was ticked."""

import tempfile
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import SPOOLED, XLSX
from tracker.toolkit.spreadsheets import csv_pieces, write_xlsx
from tracker.toolkit.texts import current_language, direction

from ..filters.sorting import in_order
from ..models import Activity
from ..models.names import read_names
from ..reports import RowReader, columns_for


@admin.action(description=gettext_lazy("Export the selected activities as a plain table (CSV)"))
def export_csv(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase:
    rows, provenance = _rows(queryset, request)
    pieces = csv_pieces(columns_for(request.user), rows)
    return _named(StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8"), provenance, "csv")


@admin.action(description=gettext_lazy("Export the selected activities as a spreadsheet (XLSX)"))
def export_xlsx(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase:
    rows, provenance = _rows(queryset, request)
    file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the response closes it
    write_xlsx(
        file,
        title=_("Activities"),
        columns=columns_for(request.user),
        rows=rows,
        count=provenance.rows,
        cover_title=_("About this report"),
        cover=provenance.facts(),
        day=provenance.as_of.isoformat(),
        right_to_left=direction(current_language()) == "rtl",
    )
    file.seek(0)
    return _named(FileResponse(file, content_type=XLSX), provenance, "xlsx")


def _rows(queryset: QuerySet, request: HttpRequest) -> tuple[Any, Provenance]:
    selected = in_order(Activity.objects.filter(pk__in=queryset.order_by().values("pk")), "code")
    ids = list(selected.values_list("pk", flat=True))
    names, today = read_names(), timezone.localdate()
    sentence = ngettext("%(n)d activity selected by hand", "%(n)d activities selected by hand", len(ids))
    provenance = Provenance(
        title=_("Cooperation activities"),
        source="; ".join(f"{name.title} ({code})" for code, name in names.frameworks.items()),
        filters=sentence % {"n": len(ids)},
        as_of=today,
        made_at=timezone.now(),
        made_by=str(request.user),
        rows=len(ids),
        left_out=Activity.objects.count() - len(ids),
        address=request.build_absolute_uri(),
    )
    return RowReader(names, today).all(ids), provenance


def _named(response: Any, provenance: Provenance, form: str) -> HttpResponseBase:
    name = f"activities_{provenance.as_of.isoformat()}_selection.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    for header, value in provenance.headers().items():
        response.headers[header] = value
    return response

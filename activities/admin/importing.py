"""Importing a table: send a file, look at what it would do, import all of it or nothing; and take an import back."""

import tempfile
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tracker.toolkit.report_files import SPOOLED, XLSX

from ..imports.carrying import Differs, apply, prepare, preview, renew
from ..imports.files import write_rows, write_template
from ..imports.heads import table_from
from ..imports.limits import Unreadable, limits_in_words
from ..imports.plan import CHANGED, NEW, REFUSED, plan_from
from ..models import ChangeSet, PreparedImport
from ..models.imports import SheetKind
from ..workflow.taking_back import CannotBeTakenBack, take_back, why_not_taken_back

LINES_SHOWN = 50
NOT_REFUSED, ONLY_REFUSED = "others", "refused"


class ImportForm(forms.Form):
    """A file, what its rows are, and why they are imported."""

    kind = forms.ChoiceField(
        label=_("What the rows are"), choices=SheetKind, widget=forms.RadioSelect, initial=SheetKind.UNDERTAKINGS
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    change_reason = forms.CharField(
        label=_("Reason for the import"),
        max_length=100,
        required=False,
        help_text=_("Shown in the history beside what was changed."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class UndoForm(forms.Form):
    change_reason = forms.CharField(
        label=_("Reason"), max_length=100, widget=forms.TextInput(attrs={"class": "vTextField"})
    )


class Importing(ModelAdmin):
    """The pages of importing, beside those of the sets of changes that imports become."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(self.keepers_only(view)), name=name)

        return [
            page("import/", self.import_new, "activities_import"),
            page("import/template/<slug:kind>/", self.import_template, "activities_import_template"),
            page("import/<int:pk>/", self.import_preview, "activities_import_preview"),
            page("import/<int:pk>/rows/<slug:which>/", self.import_rows, "activities_import_rows"),
            page("<int:pk>/undo/", self.undo, "activities_changeset_undo"),
            *super().get_urls(),
        ]

    def keepers_only(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @require_http_methods(["GET", "HEAD", "POST"])
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return checked

    def show(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/activities/changeset/{template}", context, status=status)

    # --- a file ---------------------------------------------------------------------------------------------

    def import_new(self, request: HttpRequest) -> HttpResponseBase:
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            initial={"kind": request.GET.get("kind", SheetKind.UNDERTAKINGS)},
        )
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                prepared = prepare(
                    kind=data["kind"],
                    upload=data["file"],
                    by=request.user,  # type: ignore[arg-type]
                    reason=data["change_reason"],
                )
            except Unreadable as error:
                form.add_error("file", error.sentence)
            else:
                return redirect("admin:activities_import_preview", pk=prepared.pk)
        status = 422 if request.method == "POST" else 200
        return self.show(
            request,
            "import.html",
            _("Import from a spreadsheet"),
            status=status,
            form=form,
            kinds=SheetKind.choices,
            limits=limits_in_words(),
        )

    def import_template(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in SheetKind.values:
            raise Http404
        return as_file(lambda file: write_template(file, kind), f"template_{kind}.xlsx")

    # --- its preview ----------------------------------------------------------------------------------------

    def prepared(self, request: HttpRequest, pk: int) -> PreparedImport:
        """Private to who sent the file, for some hours."""
        return get_object_or_404(PreparedImport.objects.of(request.user).select_related("change_set", "by"), pk=pk)

    def import_preview(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        prepared = self.prepared(request, pk)
        if prepared.change_set:
            return redirect("admin:activities_changeset_change", prepared.change_set.pk)
        if request.method != "POST":
            return self.show_preview(request, prepared)
        try:
            made = apply(prepared, request.POST.get("digest", ""))
        except Differs as late:
            renew(prepared, late.plan)
            return self.show_preview(request, prepared, overtaken=True)
        except Unreadable as error:
            messages.error(request, error.sentence)
            return redirect("admin:activities_import_preview", pk=pk)
        number = made.entries.values("activity").distinct().count()
        sentence = ngettext("Imported: %(n)d activity was written.", "Imported: %(n)d activities were written.", number)
        messages.success(request, sentence % {"n": number})
        return redirect("admin:activities_changeset_change", made.pk)

    def show_preview(self, request: HttpRequest, prepared: PreparedImport, *, overtaken: bool = False) -> HttpResponse:
        try:
            plan = preview(prepared)
        except Unreadable as error:
            messages.error(request, error.sentence)
            plan = plan_from(prepared.plan)
        shown = request.GET.get("show", "")
        wanted = [shown] if shown in (NEW, CHANGED, REFUSED) else [NEW, CHANGED, REFUSED]
        lines = [line for line in plan.lines if line.outcome in wanted]
        page = Paginator(lines, LINES_SHOWN).get_page(request.GET.get("p"))
        return self.show(
            request,
            "preview.html",
            _("Preview of the import"),
            status=409 if overtaken else 200,
            prepared=prepared,
            kind=SheetKind(prepared.kind).label,
            plan=plan,
            counts=counted(plan.counts),
            page=page,
            pages=page.paginator.get_elided_page_range(page.number) if page.paginator.num_pages > 1 else (),
            shown=shown,
            overtaken=overtaken,
        )

    def import_rows(self, request: HttpRequest, pk: int, which: str) -> HttpResponseBase:
        prepared = self.prepared(request, pk)
        if prepared.change_set or which not in (NOT_REFUSED, ONLY_REFUSED):
            raise Http404
        table = table_from(prepared.kind, prepared.table)
        plan = plan_from(prepared.plan)
        return as_file(
            lambda file: write_rows(file, table, plan, refused=which == ONLY_REFUSED), f"{prepared.kind}_{which}.xlsx"
        )

    # --- taking it back -------------------------------------------------------------------------------------

    def undo(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        change_set = get_object_or_404(ChangeSet.objects.select_related("by"), pk=pk, kind="import")
        form = UndoForm(request.POST if request.method == "POST" else None)
        reasons = why_not_taken_back(change_set)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    made = take_back(
                        change_set=change_set,
                        by=request.user,  # type: ignore[arg-type]
                        reason=form.cleaned_data["change_reason"],
                    )
                except CannotBeTakenBack as error:
                    reasons, status = error.reasons, 409
                else:
                    messages.success(request, gettext("The import was taken back."))
                    return redirect("admin:activities_changeset_change", made.pk)
        return self.show(
            request,
            "undo.html",
            _("Take the import back"),
            status=status,
            change_set=change_set,
            form=form,
            reasons=reasons,
        )


def counted(counts: dict[str, int]) -> list[tuple[str, int, Any]]:
    """(outcome, number of rows, in words), those that are there."""
    words = {
        NEW: ngettext("%(n)d row is new", "%(n)d rows are new", counts[NEW]),
        CHANGED: ngettext("%(n)d row changes something", "%(n)d rows change something", counts[CHANGED]),
        "unchanged": ngettext("%(n)d row changes nothing", "%(n)d rows change nothing", counts["unchanged"]),
        REFUSED: ngettext("%(n)d row is refused", "%(n)d rows are refused", counts[REFUSED]),
    }
    return [(outcome, counts[outcome], words[outcome] % {"n": counts[outcome]}) for outcome in words if counts[outcome]]


def as_file(write: Callable[[Any], None], name: str) -> HttpResponseBase:
    file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the response closes it
    write(file)
    file.seek(0)
    return FileResponse(file, content_type=XLSX, as_attachment=True, filename=name)

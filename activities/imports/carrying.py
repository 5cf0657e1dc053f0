"""Carrying an import out: tried and undone again for the preview, then done in one transaction exactly as previewed."""

import time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from organizations.models import User

from ..choices import ChangeSetKind
from ..models import ChangeSet, PreparedImport
from ..models.imports import SheetKind
from ..workflow.changesets import ChangesTogether
from .heads import Table, find_table, table_from
from .limits import MAX_CHANGES, MAX_SECONDS, Unreadable
from .participations import ParticipationSheet
from .plan import REFUSED, Plan, plan_from
from .tables import read_file
from .undertakings import UndertakingSheet
from .updates import UpdateSheet

SHEETS: dict[str, Any] = {
    SheetKind.UNDERTAKINGS: UndertakingSheet,
    SheetKind.PARTICIPATIONS: ParticipationSheet,
    SheetKind.UPDATES: UpdateSheet,
}
# Previews of one person that are kept at the same time.
MAX_KEPT = 5


class Tried(Exception):
    """Ends a transaction that was only meant to show what would happen."""


class Differs(Exception):
    """What would be written now is not what the preview showed. `plan` is what it would be now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("the register has changed since the preview")
        self.plan = plan


class Carrier:
    """One table on its way into the register: compared with it first, then written row by row."""

    def __init__(self, table: Table, by: User, reason: str) -> None:
        self.until = time.monotonic() + MAX_SECONDS
        self.act = ChangesTogether(title=table.kind, by=by, reason=reason, kind=ChangeSetKind.IMPORT)
        self.sheet = SHEETS[table.kind](table, by, reason)
        self.plan = Plan(table.language, self.sheet.lines())
        if len(self.plan.changing) > MAX_CHANGES:
            sentence = _("The table would add or change %(number)d rows; one import takes %(limit)d. Divide it.")
            raise Unreadable(sentence % {"number": len(self.plan.changing), "limit": MAX_CHANGES})

    def write(self) -> None:
        """Write every row that adds or changes something, each refusal on its line. Call it in a transaction."""
        for line in self.plan.changing:
            if time.monotonic() > self.until:
                sentence = _("This table takes longer than %(seconds)d seconds. Divide it into several files.")
                raise Unreadable(sentence % {"seconds": MAX_SECONDS})
            with transaction.atomic():
                self.sheet.write(line, self.act)
                if line.outcome == REFUSED:
                    transaction.set_rollback(True)  # of this row alone: what it half wrote must not meet the next
        self.plan.lines.sort(key=lambda line: line.number)


def try_out(table: Table, by: User, reason: str) -> Plan:
    """What importing the table would do: it is done, and undone again. Raises Unreadable."""
    carrier = Carrier(table, by, reason)
    if carrier.plan.changing:
        # Compared before: while rows are written nobody else can write.
        try:
            with transaction.atomic():
                carrier.write()
                raise Tried
        except Tried:
            pass
    carrier.plan.lines.sort(key=lambda line: line.number)
    return carrier.plan


def prepare(*, kind: str, upload: Any, by: User, reason: str) -> PreparedImport:
    """Read a file and keep its preview for the person who sent it. Raises Unreadable."""
    table = find_table(kind, read_file(upload))
    plan = try_out(table, by, reason)
    PreparedImport.objects.expired().delete()
    older = PreparedImport.objects.filter(by=by).order_by("-pk").values_list("pk", flat=True)[MAX_KEPT - 1 :]
    PreparedImport.objects.filter(pk__in=list(older)).delete()
    return PreparedImport.objects.create(
        by=by,
        kind=kind,
        name=(upload.name or "")[-120:],
        reason=reason,
        table=table.kept(),
        plan=plan.kept(),
        digest=plan.digest(),
        language=get_language() or "en",
    )


def preview(prepared: PreparedImport) -> Plan:
    """The plan as it was made, or made anew for a reader of another language. Raises Unreadable."""
    here = get_language() or "en"
    if prepared.language != here and prepared.change_set_id is None:
        renew(prepared, try_out(table_from(prepared.kind, prepared.table), prepared.by, prepared.reason))
    return plan_from(prepared.plan)


def renew(prepared: PreparedImport, plan: Plan) -> None:
    """Keep another preview in the place of the former one."""
    prepared.plan, prepared.digest, prepared.language = plan.kept(), plan.digest(), get_language() or "en"
    prepared.save(update_fields=["plan", "digest", "language"])


def apply(prepared: PreparedImport, digest: str) -> ChangeSet:
    """Import it all, exactly as previewed under `digest`. Sent a second time it is the import already made.

    Raises Differs when something was changed meanwhile, Unreadable when it takes too long.
    """
    with transaction.atomic():
        current = PreparedImport.objects.select_for_update().filter(pk=prepared.pk).first()
        if current is None:
            raise Unreadable(_("The preview is no longer kept. Send the file again."))
        if current.change_set:
            return current.change_set
        with override(current.language):
            carrier = Carrier(table_from(current.kind, current.table), current.by, current.reason)
            carrier.write()
        plan = carrier.plan
        if plan.digest() != digest or digest != current.digest or not plan.may_be_applied:
            raise Differs(plan)
        current.change_set, current.table = carrier.act.change_set, {}
        current.made_at = timezone.now()
        current.save(update_fields=["change_set", "table", "made_at"])
    return carrier.act.change_set

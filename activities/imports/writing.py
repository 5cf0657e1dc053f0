"""One row of undertakings written: through the forms that a person fills in, and the workflow they call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from organizations.models import User

from ..choices import Response
from ..forms.undertakings import TEXTS, NewUndertakingForm, UndertakingForm, facts_of
from ..models import Activity
from ..workflow import StaleEdit, edit_undertaking, propose_undertaking
from ..workflow.changesets import ChangesTogether
from ..workflow.keeping import classify_item
from .heads import Table
from .plan import Line
from .refusing import at_the_same_moment, refuse_form, refuse_with

# What a person would have to tick: an import shows it in the preview instead.
TICKED = ["long", "far", "past"]


@dataclass
class Work:
    """What a row writes: `facts` as a form holds them, and `texts` in other languages by language and name."""

    facts: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    language: str = ""
    text_language: str = ""
    activity: int | None = None
    parent: Activity | None = None


class UndertakingWriter:
    """Writes lines of one table."""

    def __init__(self, table: Table, by: User, reason: str) -> None:
        self.table, self.by, self.reason = table, by, reason

    def write(self, line: Line, act: ChangesTogether) -> None:
        """Write one line through the form and the workflow; a refusal is put on the line."""
        work: Work = line.work
        try:
            if work.parent:
                made = self.write_new(line, work, work.parent)
                act.add(made, created=True)
                for lead in made.participations.all():
                    act.add_participation(lead, since=0, created=True)
            else:
                act.add(self.write_changed(line, work))
        except ValidationError as error:
            refuse_with(error, line, self.table)
        except StaleEdit:
            line.refuse(at_the_same_moment())

    def write_new(self, line: Line, work: Work, parent: Activity) -> Activity:
        defaults = {"parent": [str(parent.pk)], "text_language": [work.language], "visibility": ["public"]}
        defaults |= {"update_interval_days": ["90"], "nevertheless": TICKED}
        facts = dict(work.facts)
        organization = facts.pop("lead", [])
        data = MultiValueDict({**defaults, **facts, "organization": organization})
        form = NewUndertakingForm(data, user=self.by, framework=parent.framework)
        refuse_form(form, line, self.table)
        texts = self.other_texts(line, work, None)
        self._refuse_same(parent, form)
        activity = propose_undertaking(
            parent=form.cleaned_data["parent"],
            by=self.by,
            organization=form.cleaned_data["organization"],
            response=Response.INVITED,
            reason=self.reason,
            language=work.text_language or form.language,
            **{**form.everything(), **texts},
        )
        line.code = activity.code
        return activity

    def _refuse_same(self, parent: Activity, form: NewUndertakingForm) -> None:
        """The same file imported a second time would enter everything again."""
        cleaned = form.cleaned_data
        title = {f"title_{suffix(form.language)}": cleaned["title"]}
        days = {name: cleaned[name] or "" for name in ("planned_start_on", "planned_end_on")}
        same = Activity.objects.filter(parent=parent, **title, **days).first()
        if same:
            raise ValidationError(
                {
                    "title": _("%(code)s has this title and these dates already. Write its reference to change it.")
                    % {"code": same.code}
                }
            )

    def write_changed(self, line: Line, work: Work) -> Activity:
        activity = Activity.objects.select_related("framework").get(pk=work.activity)
        changes: dict[str, Any] = {}
        if work.facts:
            was = facts_of(activity, work.language)
            data = MultiValueDict({**was, **work.facts, "nevertheless": TICKED})
            form = UndertakingForm(
                data,
                user=self.by,
                framework=activity.framework,
                language=work.language,
                was=was,
                activity=activity,
            )
            refuse_form(form, line, self.table)
            changes |= form.changes(leave=frozenset(was) - frozenset(work.facts))
        changes |= self.other_texts(line, work, activity)
        if work.text_language:
            changes["language"] = work.text_language
        written = classify_item if activity.agreed else None
        # The version that the cells were compared with: who saved since then is not overwritten.
        more: Any = {"changes": changes, "version": int(line.rests_on), "by": self.by, "reason": self.reason}
        return written(item=activity, **more) if written else edit_undertaking(activity=activity, **more)

    def other_texts(self, line: Line, work: Work, activity: Activity | None) -> Mapping[str, Any]:
        """Titles and descriptions in further languages, through the form of a translation."""
        found: dict[str, Any] = {}
        for language, texts in work.texts.items():
            was = facts_of(activity, language) if activity else {}
            framework = (activity or work.parent).framework  # type: ignore[union-attr]
            form = UndertakingForm(
                MultiValueDict({**{name: was.get(name, []) for name in TEXTS}, **texts}),
                user=self.by,
                framework=framework,
                language=language,
                was=was,
                activity=activity,
                only_text=True,
            )
            refuse_form(form, line, self.table, language)
            found |= form.changes(leave=frozenset(TEXTS) - frozenset(texts))
        return found


def suffix(language: str) -> str:
    """As a column ends that holds a text in this language."""
    return language.replace("-", "_")

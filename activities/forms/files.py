"""Several files and several links in one answer, checked one by one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..choices import EvidenceKind
from ..evidence import ALLOWED, check_file
from ..models import Evidence

MAX_FILES = 3
MAX_LINKS = 10


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class EvidenceFilesField(forms.Field):
    """Up to three files; cleans to unsaved rows of `Evidence`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": ",".join(ALLOWED)}), **kwargs)

    def to_python(self, value: list[Any] | None) -> list[Evidence]:
        uploads = value or []
        if len(uploads) > MAX_FILES:
            raise ValidationError(
                ngettext("Send no more than %(count)d file.", "Send no more than %(count)d files.", MAX_FILES)
                % {"count": MAX_FILES}
            )
        rows, problems = [], []
        for upload in uploads:
            try:
                checked = check_file(upload)
            except ValidationError as error:
                problems.append(error)
                continue
            rows.append(
                Evidence(
                    kind=EvidenceKind.FILE,
                    title=checked.name,
                    file=upload,
                    content_type=checked.content_type,
                    size=checked.size,
                )
            )
        if problems:
            raise ValidationError(problems)
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class EvidenceLinksField(forms.CharField):
    """Addresses, one on each line; cleans to unsaved rows of `Evidence`."""

    _check = URLValidator(schemes=["http", "https"])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"class": "short", "rows": 2, "dir": "ltr", "spellcheck": "false"}),
            max_length=MAX_LINKS * 1001,
            **kwargs,
        )

    def clean(self, value: Any) -> list[Evidence]:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MAX_LINKS:
            raise ValidationError(_("Give no more than %(count)d links.") % {"count": MAX_LINKS})
        problems = []
        for line in lines:
            try:
                self._check(line)
            except ValidationError:
                problems.append(
                    ValidationError(
                        _("“%(line)s” is no address. Write it in full, like https://www.un.org/en.")
                        % {"line": line[:80]}
                    )
                )
            if len(line) > 1000:
                problems.append(ValidationError(_("An address may have 1,000 characters. Shorten it.")))
        if problems:
            raise ValidationError(problems)
        return [Evidence(kind=EvidenceKind.LINK, url=line) for line in dict.fromkeys(lines)]

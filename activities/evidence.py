"""What a file of evidence may be: told by its content, never by what the browser says of it."""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# An office file is a ZIP archive of XML. What it may hold once it is opened, so that it cannot choke its reader.
MAX_MEMBERS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 150
SMALL_ENOUGH = 1024 * 1024  # not worth measuring a ratio

MAX_NAME = 120
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|basic/|scripts/)", re.IGNORECASE)
_CHUNK = 64 * 1024


class CheckedFile(NamedTuple):
    """A file that may be kept: the name to show, the type its content has, its size in bytes."""

    name: str
    content_type: str
    size: int


def is_pdf(file: BinaryIO) -> bool:
    return file.read(5) == b"%PDF-"


def is_png(file: BinaryIO) -> bool:
    return file.read(8) == b"\x89PNG\r\n\x1a\n"


def is_jpeg(file: BinaryIO) -> bool:
    return file.read(3) == b"\xff\xd8\xff"


def is_text(file: BinaryIO) -> bool:
    """Valid UTF-8 without control characters other than line breaks, form feeds and tabs."""
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text)


def unpacks_safely(archive: zipfile.ZipFile, packed: int) -> bool:
    """Whether the members are few, stay inside, hold no macros, are readable and unpack to a bearable size."""
    members = archive.infolist()
    if not 0 < len(members) <= MAX_MEMBERS:
        return False
    for member in members:
        inside = not member.filename.startswith("/") and ".." not in PurePath(member.filename).parts
        encrypted = member.flag_bits & 1
        if not inside or encrypted or "\\" in member.filename or _MACROS.search(member.filename):
            return False
    limit = min(MAX_UNPACKED, max(SMALL_ENOUGH, packed * MAX_RATIO))
    if sum(member.file_size for member in members) > limit:
        return False
    # The directory may lie about the sizes: read what is really there, and no further than the limit.
    unpacked = 0
    for member in members:
        with archive.open(member) as content:
            while chunk := content.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > limit:
                    return False
    return True


def is_archive_with(*required: str, mimetype: str = "") -> Callable[[BinaryIO], bool]:
    """A check for an office file: the members it must have and, for OpenDocument, the type it must name itself."""

    def check(file: BinaryIO) -> bool:
        if file.read(4) != b"PK\x03\x04":
            return False
        packed = file.seek(0, 2)
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                if not set(required) <= set(archive.namelist()) or not unpacks_safely(archive, packed):
                    return False
                return not mimetype or archive.read("mimetype").strip() == mimetype.encode()
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
            return False

    return check


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


def _office(kind: str, document: str) -> tuple[str, Callable[[BinaryIO], bool]]:
    return _OOXML + kind, is_archive_with("[Content_Types].xml", document)


def _open_document(kind: str) -> tuple[str, Callable[[BinaryIO], bool]]:
    return _ODF + kind, is_archive_with("mimetype", "content.xml", mimetype=_ODF + kind)


ALLOWED: dict[str, tuple[str, Callable[[BinaryIO], bool]]] = {
    ".pdf": ("application/pdf", is_pdf),
    ".png": ("image/png", is_png),
    ".jpg": ("image/jpeg", is_jpeg),
    ".jpeg": ("image/jpeg", is_jpeg),
    ".docx": _office("wordprocessingml.document", "word/document.xml"),
    ".xlsx": _office("spreadsheetml.sheet", "xl/workbook.xml"),
    ".pptx": _office("presentationml.presentation", "ppt/presentation.xml"),
    ".odt": _open_document("text"),
    ".ods": _open_document("spreadsheet"),
    ".txt": ("text/plain; charset=utf-8", is_text),
    ".csv": ("text/csv; charset=utf-8", is_text),
}


def clean_name(name: str) -> str:
    """The last part of the name without anything that steers a terminal, a header, a path or the reader's eye."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Category C: control characters (NUL among them), invisible direction marks, lone surrogates.
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    path = PurePath(" ".join(re.sub(r'[<>:"|?*]', " ", visible).split()).strip(". "))
    suffix = path.suffix.lower()[:8]
    stem = path.name[: len(path.name) - len(path.suffix)].strip(". ")[: MAX_NAME - len(suffix)]
    return f"{stem or 'file'}{suffix}"


def check_file(upload: UploadedFile) -> CheckedFile:
    """The file as it may be kept. Raises ValidationError in words that say what to do instead."""
    name = clean_name(upload.name or "")
    words = {"name": name, "limit": filesizeformat(settings.EVIDENCE_MAX_BYTES)}
    size = upload.size or 0
    if size > settings.EVIDENCE_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is larger than %(limit)s. Send a smaller file, or a link to it.") % words, code="too_large"
        )
    if not size:
        raise ValidationError(_("“%(name)s” is empty. Choose another file.") % words, code="empty")
    suffix = PurePath(name).suffix
    if suffix not in ALLOWED:
        raise ValidationError(
            _(
                "“%(name)s” is of a kind that is not kept. "
                "Send PDF, PNG, JPEG, Word, Excel, PowerPoint, OpenDocument or plain text."
            )
            % words,
            code="kind",
        )
    content_type, is_what_it_says = ALLOWED[suffix]
    file: BinaryIO = upload.file  # type: ignore[assignment]
    file.seek(0)
    fits = is_what_it_says(file)
    file.seek(0)
    if not fits:
        raise ValidationError(
            _(
                "The content of “%(name)s” is not what its ending says, or it holds macros or cannot be opened. "
                "Save it again as PDF."
            )
            % words,
            code="content",
        )
    return CheckedFile(name, content_type, size)

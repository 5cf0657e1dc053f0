"""Evidence: ten cases of each attack are refused or harmless, and files go only to those who may read the activity."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import evidence
from activities.choices import EvidenceKind
from activities.evidence import ALLOWED, check_file, clean_name
from activities.models import Activity, Evidence, StatusUpdate
from activities.workflow import post_update
from tests.personas import Cast

from .test_update_form import address, fields, signed_in

DOCX = ("[Content_Types].xml", "word/document.xml")
XLSX = ("[Content_Types].xml", "xl/workbook.xml")
PPTX = ("[Content_Types].xml", "ppt/presentation.xml")
ODT = b"application/vnd.oasis.opendocument.text"


def archive(*names: str, content: bytes = b"<x/>", members: dict[str, bytes] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, content)
        for name, data in (members or {}).items():
            packed.writestr(name, data)
    return file.getvalue()


def open_document(kind: bytes) -> bytes:
    return archive(members={"mimetype": kind, "content.xml": b"<x/>"})


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
SAMPLES = {
    "a.pdf": b"%PDF-1.7\nx",
    "a.png": PNG,
    "a.jpg": b"\xff\xd8\xff\xe0x",
    "a.jpeg": b"\xff\xd8\xff\xe1x",
    "a.docx": archive(*DOCX),
    "a.xlsx": archive(*XLSX),
    "a.pptx": archive(*PPTX),
    "a.odt": open_document(ODT),
    "a.ods": open_document(b"application/vnd.oasis.opendocument.spreadsheet"),
    "a.txt": "Ünïcode 中文 العربية\r\n\tend".encode(),
    "a.csv": b"\xef\xbb\xbfa;b\n1;2\n",
}


def refused(name: str, content: bytes) -> str:
    """The code of the refusal, or “” where the file is taken."""
    try:
        check_file(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return str(error.code)
    return ""


def test_every_kind_is_taken_under_its_own_ending_and_no_other() -> None:
    assert {f".{name.split('.')[1]}" for name in SAMPLES} == set(ALLOWED)
    taken = {
        (name, suffix) for name, content in SAMPLES.items() for suffix in ALLOWED if not refused(f"x{suffix}", content)
    }
    own = {(name, f".{name.split('.')[1]}") for name in SAMPLES}
    also = {("a.jpg", ".jpeg"), ("a.jpeg", ".jpg"), ("a.txt", ".csv"), ("a.csv", ".txt"), ("a.pdf", ".txt")}
    also |= {("a.pdf", ".csv")}  # the sample has nothing but text in it
    assert taken == own | also


@pytest.mark.parametrize("excess", [1, 2, 3, 10, 100, 1_000, 4_096, 65_536, 500_000, 1_000_000])
def test_too_large(excess: int) -> None:
    size = settings.EVIDENCE_MAX_BYTES + excess
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    file.size = size
    with pytest.raises(ValidationError) as caught:
        check_file(file)
    assert caught.value.code == "too_large"
    file.size = settings.EVIDENCE_MAX_BYTES
    assert check_file(file).size == settings.EVIDENCE_MAX_BYTES


WRONG_MAGIC = [
    ("a.pdf", b"MZ\x90\x00this is a program"),
    ("a.pdf", b" %PDF-1.7 not at the beginning"),
    ("a.png", b"GIF89a"),
    ("a.jpg", b"<html><script>alert(1)</script>"),
    ("a.jpeg", PNG),
    ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 the old binary format"),
    ("a.xlsx", archive(*DOCX)),
    ("a.pptx", archive("[Content_Types].xml")),
    ("a.odt", open_document(b"application/vnd.oasis.opendocument.text-template")),
    ("a.txt", b"\xff\xfe\x00not utf-8"),
    ("a.csv", b"a;b\x00c"),
    ("a.docx", archive(*DOCX)[:40]),
]


@pytest.mark.parametrize(("name", "content"), WRONG_MAGIC)
def test_wrong_magic(name: str, content: bytes) -> None:
    assert refused(name, content) == "content"


DOUBLE = ["a.pdf.exe", "a.pdf.html", "a.png.svg", "a.docx.docm", "a.pdf.js", "a.csv.bat", "a.pdf.php", "a.txt.lnk"]
DOUBLE += ["a.xlsx.xlsm", "a.pdf.hta", "a.pdf", "a.exe.pdf\u202e"]


@pytest.mark.parametrize("name", DOUBLE[:10])
def test_double_extension(name: str) -> None:
    assert refused(name, b"%PDF-1.7") == "kind"


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.xml", "a.zip", "a.exe", "a.docm", "a.xlsm", "a.js", "a", ".pdf"]
)
def test_other_kinds(name: str) -> None:
    assert refused(name, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>") == "kind"


@pytest.mark.parametrize("suffix", [*(set(ALLOWED) - {".txt", ".csv"}), ".svg"])
def test_svg_with_script(suffix: str) -> None:
    svg = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'><script>x()</script></svg>"
    assert refused(f"a{suffix}", svg)


BOMBS = [
    archive(*DOCX, members={"word/big.xml": b"\0" * 20_000_000}),
    archive(*DOCX, members={"word/big.xml": b"x" * 5_000_000}),
    archive(*DOCX, members={f"word/{n}.xml": b"\0" * 1_000_000 for n in range(20)}),
    archive(*DOCX, content=b" " * 8_000_000),
    archive(*DOCX, *(f"word/{n}.xml" for n in range(2_001))),
    archive(*DOCX, "word/vbaProject.bin"),
    archive(*DOCX, "word/VBAPROJECT.BIN"),
    archive(*DOCX, "../../etc/passwd"),
    archive(*DOCX, "/etc/passwd"),
    archive(*DOCX, "word\\..\\..\\x"),
    archive(*DOCX, "Basic/Standard/Module1.xml"),
]


@pytest.mark.parametrize("content", BOMBS, ids=range(len(BOMBS)))
def test_bombs_macros_and_members_outside(content: bytes) -> None:
    assert refused("a.docx", content) == "content"


def test_an_archive_that_lies_about_its_sizes() -> None:
    content = bytearray(archive(*DOCX, members={"word/big.xml": b"\0" * 3_000_000}))
    real = (3_000_000).to_bytes(4, "little")
    assert content.count(real) >= 1
    lying = bytes(content).replace(real, (10).to_bytes(4, "little"))
    assert refused("a.docx", lying) == "content"


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(archive(*DOCX))
    start = content.index(b"PK\x01\x02")
    while start != -1:
        content[start + 8] |= 1
        start = content.find(b"PK\x01\x02", start + 1)
    assert refused("a.docx", bytes(content)) == "content"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("/etc/shadow.pdf", "shadow.pdf"),
        ("..\\..\\windows\\system.pdf", "system.pdf"),
        ("C:\\x\\report.PDF", "report.pdf"),
        ("....//x.pdf", "x.pdf"),
        ("..pdf", "pdf"),
        ("a/../b.pdf", "b.pdf"),
        ("x.pdf/", "file"),
        ("~/x.pdf", "x.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a.pdf\x00.exe", "a.pdf.exe"),
        ("\x00.pdf", "pdf"),
        ("\x00\x00x.pdf", "x.pdf"),
        ("x\x00.pdf", "x.pdf"),
        ("x.p\x00df", "x.pdf"),
        ("x.pdf\x00", "x.pdf"),
        ("\x00", "file"),
        ("\x00/\x00x.pdf", "x.pdf"),
        ("x\x00\x00\x00y.pdf", "xy.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\ud800b.pdf", "ab.pdf"),
        ("  spaces   inside .pdf", "spaces inside.pdf"),
        ('a"b<c>|?*.pdf', "a b c.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("报告 2026.pdf", "报告 2026.pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def keep(cast: Cast, activity: Activity, name: str = "a.pdf", content: bytes = b"%PDF-1.7\nx") -> Evidence:
    data = fields(activity, files=[SimpleUploadedFile(name, content, content_type="text/html")])
    assert signed_in(cast.lead).post(address(activity), data).status_code == 302
    return Evidence.objects.latest("pk")


def stored() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_a_file_comes_back_as_an_inert_attachment(cast: Cast) -> None:
    kept = keep(cast, cast.public, "Bericht 中 “x”.pdf")
    assert (kept.title, kept.content_type, kept.size) == ("Bericht 中 “x”.pdf", "application/pdf", 10)
    response = Client().get(reverse("evidence-download", args=[kept.pk]))
    assert b"".join(response) == b"%PDF-1.7\nx"  # type: ignore[arg-type]
    assert {
        name: response.headers[name]
        for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy")
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": ("attachment; filename*=utf-8''Bericht%20%E4%B8%AD%20%E2%80%9Cx%E2%80%9D.pdf"),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def test_a_file_is_kept_outside_the_static_path_under_a_name_of_its_own(cast: Cast) -> None:
    kept = keep(cast, cast.public, "../../x.pdf")
    path = Path(kept.file.path)
    assert Path(settings.MEDIA_ROOT) in path.parents
    assert "x" not in path.stem
    assert not path.is_relative_to(settings.STATIC_ROOT)
    for guess in (f"/{kept.file.name}", f"/media/{kept.file.name}", f"/static/{kept.file.name}"):
        assert Client().get(guess).status_code == 404


def test_evidence_is_as_visible_as_its_activity(cast: Cast) -> None:
    expected = {
        "anonymous": {"public"},
        "stranger": {"public", "internal"},
        "observer": {"public", "internal", "restricted"},
        "invited": {"public", "internal", "restricted"},
        "partner": {"public", "internal", "restricted"},
        "lead": {"public", "internal", "restricted"},
        "coordinator": {"public", "internal", "restricted"},
    }
    kept = {name: keep(cast, getattr(cast, name)) for name in ("public", "internal", "restricted")}
    found: dict[str, set[str]] = {who: set() for who in expected}
    for who in expected:
        client = Client() if who == "anonymous" else signed_in(getattr(cast, who))
        for name, item in kept.items():
            response = client.get(reverse("evidence-download", args=[item.pk]))
            assert response.status_code in (200, 404)
            if response.status_code == 200:
                assert b"".join(response) == b"%PDF-1.7\nx"  # type: ignore[arg-type]
                found[who].add(name)
    assert found == expected


def test_a_link_is_no_download_and_a_lost_file_is_not_found(cast: Cast) -> None:
    signed_in(cast.lead).post(address(cast.public), fields(cast.public, links="https://un.org/x"))
    link = Evidence.objects.get(kind=EvidenceKind.LINK)
    assert Client().get(reverse("evidence-download", args=[link.pk])).status_code == 404
    kept = keep(cast, cast.public)
    Path(kept.file.path).unlink()
    assert Client().get(reverse("evidence-download", args=[kept.pk])).status_code == 404
    assert Client().post(reverse("evidence-download", args=[kept.pk])).status_code == 405


def test_three_files_and_no_more(cast: Cast, digest: Callable[[], str]) -> None:
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7") for n in range(4)]
    client = signed_in(cast.lead)
    before, on_disk = digest(), stored()
    response = client.post(address(cast.public), fields(cast.public, files=files))
    assert (response.status_code, digest(), stored()) == (422, before, on_disk)
    for file in files:
        file.seek(0)
    assert client.post(address(cast.public), fields(cast.public, files=files[:3])).status_code == 302
    assert [item.title for item in Evidence.objects.order_by("position")] == ["0.pdf", "1.pdf", "2.pdf"]


@pytest.mark.parametrize("name", ["a.exe", "b.png"])
def test_a_refused_file_leaves_nothing(cast: Cast, digest: Callable[[], str], name: str) -> None:
    client = signed_in(cast.lead)
    before, on_disk = digest(), stored()
    files = [SimpleUploadedFile("good.pdf", b"%PDF-1.7"), SimpleUploadedFile(name, b"%PDF-1.7")]
    response = client.post(address(cast.public), fields(cast.public, files=files))
    assert (response.status_code, digest(), stored()) == (422, before, on_disk)


def test_a_refused_update_leaves_no_file(cast: Cast) -> None:
    """Whether a rule refuses the entry or the database does: no file stays that no row names."""
    on_disk = stored()
    first = Evidence(kind=EvidenceKind.FILE, title="a.pdf", file=ContentFile(b"%PDF-1.7", name="a.pdf"))
    broken = Evidence(
        kind=EvidenceKind.FILE, title="b.pdf", file=ContentFile(b"%PDF-1.7", name="b.pdf"), url="https://x.org"
    )
    count = StatusUpdate.objects.count()
    entry: dict[str, Any] = {
        "activity": cast.public,
        "organization": cast.organizations["lead"],
        "author": cast.lead,
        "as_of": timezone.localdate(),
        "may_set_status": True,
    }
    with pytest.raises(Exception, match="evidence_is_a_file_or_a_link"):
        post_update(**entry, evidence=[first, broken])
    assert (stored(), StatusUpdate.objects.count()) == (on_disk, count)


def test_the_same_form_twice_keeps_its_files_once(cast: Cast) -> None:
    client, on_disk = signed_in(cast.lead), stored()
    data = fields(cast.public)
    for _ in range(2):
        client.post(address(cast.public), data | {"files": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert len(stored() - on_disk) == Evidence.objects.count() == 1


def test_the_limits_are_those_of_the_settings() -> None:
    assert evidence.MAX_UNPACKED >= settings.EVIDENCE_MAX_BYTES

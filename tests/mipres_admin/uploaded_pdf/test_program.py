"""What does the program find in a PDF, and what is in the copy that it makes?"""

import io

import pikepdf
import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from tests import rut as files
from tests.delegates.rut_checks import reading_of
from tests.pdf_objects import annotated, one_page, packed, stream
from tests.rut import Rut, action, make_rut


def has_programs(data):
    return reading_of(data).programs


def test_a_password_is_asked():
    reading = reading_of(files.encrypted("clave"))
    assert (reading.encrypted, reading.read) == (True, False)


def test_owner_password_alone_counts_as_no_password():
    for algorithm in ("RC4-128", "AES-256"):
        reading = reading_of(files.encrypted("", algorithm))
        assert (reading.encrypted, reading.read) == (False, True)


@pytest.mark.parametrize("make", [files.with_javascript, files.with_hidden_javascript])
def test_programs(make):
    assert has_programs(make())


LEADING_OUT = {
    "another file": action("/GoToR", F=r"\\\\example.com\\share"),
    "a file within": action("/GoToE", F=r"\\\\example.com\\a.pdf"),
    "an article": action("/Thread", F=r"\\\\example.com\\share"),
    "an address": action("/URI", URI="https://muisca.dian.gov.co/"),
    "a command": action("/Named", N=NameObject("/Print")),
    "a later one": action("/GoTo", Next=action("/GoToR", F="a.pdf")),
    "one of several": action("/GoTo", Next=ArrayObject([action("/GoTo"), action("/Hide")])),
}


@pytest.mark.parametrize("what", LEADING_OUT.values(), ids=LEADING_OUT)
def test_what_is_done_by_itself_stays_in_the_file(what):
    assert has_programs(files.opened_with(what))
    triggers = DictionaryObject({NameObject("/E"): what})
    assert has_programs(files.with_link(triggers, "/AA"))


@pytest.mark.parametrize("what", [action("/Launch", F="a.exe"), action("/GoToR", F="a.pdf"), action("/URI")])
def test_a_link_out_of_the_file_is_refused(what):
    assert has_programs(files.with_link(what))


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/muisca.dian.gov.co/",
        "https://dian.gov.co.example.com/",
        "https://dian.gov.co@example.com/",
        "https://dian.gov.co:x@example.com/",
        r"https://example.com\.dian.gov.co/",
        r"https://dian.gov.co/\..",
        "https://dian.gov.co/\n",
        "https://dian.gov.co\\@example.com",
        "//dian.gov.co/",
        "file://dian.gov.co/share",
    ],
)
def test_a_link_not_to_the_dian_is_refused(uri):
    assert has_programs(files.with_link(action("/URI", URI=uri)))


@pytest.mark.parametrize("uri", ["https://muisca.dian.gov.co/WebRut/", "http://www.dian.gov.co", "https://DIAN.gov.co"])
def test_a_link_to_the_dian_is_accepted(uri):
    assert not has_programs(files.with_link(action("/URI", URI=uri)))


def test_a_place_of_the_file_is_accepted():
    for data in (
        files.opened_with(ArrayObject([])),
        files.opened_with(action("/GoTo")),
        files.with_link(action("/GoTo")),
    ):
        assert not has_programs(data)


# ---------------------------------------------------------------- written so that programs read them differently

OUT, SCRIPT = rb"<</S/GoToR/F(\\\\example\\a.pdf)>>", b"<</S/JavaScript/JS(app.alert(1))>>"
HERE = b"<</S/GoTo/D[3 0 R/Fit]>>"
NAMED_SCRIPT = b"<</JavaScript<</Names[(a)%s]>>>>" % SCRIPT
UNFOLDED = 8_000_000
HOSTILE = {
    "triggers, their action behind a reference": one_page(b"", b"/AA<</O 6 0 R>>", OUT),
    "triggers behind a reference": one_page(b"", b"/AA 6 0 R", b"<</O%s>>" % OUT),
    "triggers and their action behind references": one_page(b"", b"/AA 6 0 R", b"<</O 7 0 R>>", OUT),
    "the kind of an action behind a reference": one_page(b"", b"/AA<</O 6 0 R>>", b"<</S 7 0 R/F(a.exe)>>", b"/Launch"),
    "a kind in hexadecimal": one_page(b"", b"/AA 6 0 R", b"<</O<</S/L#61unch/F(a.exe)>>>>"),
    "later actions behind a reference": one_page(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 6 0 R>>", b"", b"[%s]" % OUT),
    "a later action behind a reference": one_page(b"/OpenAction 6 0 R", b"", b"<</S/GoTo/Next[7 0 R]>>", OUT),
    "a key twice": one_page(b"/OpenAction[3 0 R/Fit]/OpenAction" + OUT),
    "the kind twice": one_page(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/S/GoToR/F(a.pdf)>>"),
    "the names twice": one_page(b"/Names<</Dests 2 0 R>>/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>"),
    "a program in a large object stream": packed(NAMED_SCRIPT, b"/Names 7 0 R", padding=UNFOLDED),
    "triggers in a large object stream": packed(b"<</WC%s>>" % OUT, b"/AA 7 0 R", padding=UNFOLDED),
    "a program after a long array": one_page(
        b"/Names 6 0 R", b"", b"<</Pad[%s]" % (b"0 " * 100_001) + NAMED_SCRIPT[2:]
    ),
    "a program that nothing leads to": one_page(b"", b"", SCRIPT),
    "a form by a name in hexadecimal": one_page(b"/AcroForm<</Fields[]/X#46A 4 0 R>>"),
    "data in another file": one_page(b"", b"", stream(b"", rb"/F(\\\\example\\share)")),
    "data at an address": one_page(b"", b"", stream(b"", b"/FS/URL/F(http://example/x)")),
    "a page of another file": one_page(b"", b"", stream(b"", b"/Type/XObject/Subtype/Form/Ref<</F(a.pdf)/Page 0>>")),
    "a proxy of another file": one_page(b"", b"", stream(b"", b"/Subtype/Form/OPI<</1.3<</F(a.tif)>>>>")),
    "a PostScript program": one_page(b"", b"", stream(b"", b"/Type/XObject/Subtype/PS")),
    "a film": annotated(b"/Subtype/Movie/Movie<</F(a.avi)>>/A true"),
    "a sound": annotated(b"/Subtype/Sound/Sound 6 0 R", stream(b"", b"/R 8000/F(a.wav)")),
    "a screen": annotated(b"/Subtype/Screen"),
    "a file": annotated(b"/Subtype/FileAttachment/FS(a.exe)"),
    "a scene": annotated(b"/Subtype/3D"),
    "an annotation of no kind": annotated(b""),
    "annotations behind a reference": one_page(b"", b"/Annots 6 0 R", b"[7 0 R]", b"<</Subtype 8 0 R>>", b"/Screen"),
}
# what qpdf does not read, or reads as harmless, and another program might not
DOUBTFUL = {
    "an object that cannot be read": one_page(b"/Names 6 0 R", b"", NAMED_SCRIPT + b" /X (unbalanced >>"),
    "a key twice, the harmless last": one_page(b"/OpenAction%s/OpenAction[3 0 R/Fit]" % OUT),
    "an object twice": one_page(b"/OpenAction 6 0 R", b"", HERE, revised=b"\n6 0 obj\n" + SCRIPT + b"\nendobj\n%%EOF"),
    "something before the file": b"1 0 obj " + SCRIPT + b" endobj\n" + one_page(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_program_is_found_however_it_is_written(name):
    assert has_programs(HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE | DOUBTFUL)
def test_the_copy_has_a_page_and_nothing_that_acts(name):
    with pikepdf.open(io.BytesIO(reading_of((HOSTILE | DOUBTFUL)[name]).copy)) as copy:
        assert set(copy.Root.keys()) == {"/Type", "/Pages"}
        assert set(copy.pages[0].keys()) == {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources"}
        written = io.BytesIO()
        copy.save(
            written,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    assert b"hola" in written.getvalue()
    assert not [name for name in (b"/S ", b"/A ", b"/JS", b"/F ", b"/Ref", b"/OPI") if name in written.getvalue()]


# ---------------------------------------------------------------- what a page shows is kept


def test_the_copy_of_a_rut_says_what_the_rut_says():
    reading = reading_of(make_rut(Rut()))
    assert (reading.programs, reading.pages) == (False, 3)
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(make_rut(Rut()))).pages]
    assert [page.extract_text() for page in PdfReader(io.BytesIO(reading.copy)).pages] == texts


def test_the_copy_of_a_copy_is_the_same():
    copy = reading_of(make_rut(Rut())).copy
    assert reading_of(copy).texts == reading_of(make_rut(Rut())).texts


def test_a_signed_form_is_kept_as_it_looks():
    look = stream(b"BT /F1 12 Tf (Firmado) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 90 9]")
    signature = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>"
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/F 132/Rect[0 0 90 9]/P 3 0 R/V 8 0 R/AP<</N 7 0 R>>>>"
    form = b"/AcroForm<</Fields[6 0 R]/SigFlags 3>>/Perms<</DocMDP 8 0 R>>"
    reading = reading_of(one_page(form, b"/Annots[6 0 R]", field, look, signature))
    assert not reading.programs
    with pikepdf.open(io.BytesIO(reading.copy)) as copy:
        drawings = copy.pages[0].Resources.XObject.values()
        assert [drawing.read_bytes() for drawing in drawings] == [b"BT /F1 12 Tf (Firmado) Tj ET"]


@pytest.mark.parametrize("data", [one_page(*[b"", b""], *[b"null"] * 20_001), b"%PDF-1.7 1 0 obj", files.truncated()])
def test_a_file_without_pages_or_with_too_many_objects_is_not_read(data):
    assert not reading_of(data).read


# ---------------------------------------------------------------- what a page does not show is not kept

FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
ODD = b"/Odd 6 0 R"
UNSHOWN = {
    "resources": b"/Resources<<%s>>" % ODD,
    "a group": b"/Group<</S/Transparency%s>>" % ODD,
    "a content": b"/Contents 7 0 R",
}


@pytest.mark.parametrize("page", UNSHOWN.values(), ids=UNSHOWN)
def test_what_is_under_another_key_is_not_in_the_copy(page):
    copy = reading_of(one_page(b"", page, stream(b"MZ"), stream(b"q Q", ODD))).copy
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert all(value.read_bytes() != b"MZ" for value in pdf.objects if isinstance(value, pikepdf.Stream))


def test_a_form_that_a_page_draws_has_the_keys_of_the_standard():
    form = stream(b"q Q", FORM + b"/Resources<<%s>>/Group<</S/Transparency%s>>%s" % (ODD, ODD, ODD))
    page = b"/Contents 8 0 R/Resources<</XObject<</A 7 0 R>>>>"
    copy = reading_of(one_page(b"", page, stream(b"MZ"), form, stream(b"/A Do"))).copy
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        kept = pdf.pages[0].Resources.XObject.A
        assert "/Odd" not in kept
        assert (set(kept.Resources.keys()), set(kept.Group.keys())) == (set(), {"/S"})


def nested(levels, draws=b"/A Do /A Do", last=b"q Q"):
    """A page with forms in forms, each of which draws the next."""
    within = (stream(draws, FORM + b"/Resources<</XObject<</A %d 0 R>>>>" % number) for number in range(8, 7 + levels))
    page = b"/Contents 6 0 R/Resources<</XObject<</A 7 0 R>>>>"
    return one_page(b"", page, stream(b"/A Do"), *within, stream(last, FORM))


BOMBS = {
    "a large content": files.bomb(),
    "a large stream": one_page(b"", b"/Resources<</Font<</F1 6 0 R>>>>", stream(b" " * 20_000_001)),
    "forms in many forms": nested(40),
    "a form that is often drawn": nested(2, b"/A Do " * 3_000, b"q Q " * 2_000),
    "a form that draws itself": one_page(
        b"", b"/Resources<</XObject<</A 6 0 R>>>>/Contents 6 0 R", stream(b"/A Do", FORM)
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_takes_too_much_to_draw_is_not_read(name):
    assert not reading_of(BOMBS[name]).read


def test_forms_in_a_few_forms_are_read():
    assert reading_of(nested(8)).read

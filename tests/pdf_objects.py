"""How do the tests write a PDF object by object? As an attacker does, whom no library stops."""

import zlib


def written(objects, *, revised=b""):
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF%s" % (
        data,
        size,
        table,
        size,
        len(data),
        revised,
    )


def stream(data, entries=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def _one_page(catalog, page):
    text = zlib.compress(b"BT /F1 12 Tf 10 700 Td (hola) Tj ET")
    return [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>" % page,
        stream(text, b"/Filter/FlateDecode"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]


def one_page(catalog=b"", page=b"", *more, revised=b""):
    """A PDF of one page that says "hola", with more in its catalog and its page, and more objects, from number 6."""
    return written([*_one_page(catalog, page), *more], revised=revised)


def annotated(annotation, *more):
    """A page with one annotation."""
    return one_page(b"", b"/Annots[<</Type/Annot/Rect[0 0 600 800]%s>>]" % annotation, *more)


def packed(hidden, catalog=b"", page=b"", padding=0):
    """A PDF whose object 7 is in an object stream that unfolds to many bytes."""
    unfolded = b"7 0 " + hidden + b" " * padding
    more = stream(zlib.compress(unfolded, 9), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    data, rows = b"%PDF-1.7\n", b"\0" + bytes(4) + b"\xff"
    for number, content in enumerate([*_one_page(catalog, page), more], 1):
        rows += b"\1%s\0" % len(data).to_bytes(4)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows += b"\2%s\0" % (6).to_bytes(4) + b"\1%s\0" % len(data).to_bytes(4)
    table = stream(rows, b"/Type/XRef/Size 9/W[1 4 1]/Root 1 0 R")
    return b"%s8 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (data, table, len(data))

"""Files as people send them, and files that are not what they are called."""

import io
import zipfile

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(20)
TEXT = "Synopsis av prövningen\n".encode()
OLD_CSV = "enhet;tid\nHjärtmottagningen;3\n".encode("windows-1252")
# What every virus scanner takes for a virus, by agreement.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def package(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def office(media_type: str, main: str, **more: bytes) -> bytes:
    contents = f'<Types><Override PartName="/{main}" ContentType="{media_type}.main+xml"/></Types>'
    return package({"[Content_Types].xml": contents.encode(), main: b"<x/>", **more})


DOCX = office(WORD, "word/document.xml")
XLSX = office(SHEET, "xl/workbook.xml")
ODT = package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})
DOCM = package(
    {
        "[Content_Types].xml": b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>',
        "word/document.xml": b"<x/>",
    }
)
TAKEN = {
    "a.pdf": PDF,
    "a.docx": DOCX,
    "a.xlsx": XLSX,
    "a.odt": ODT,
    "a.txt": TEXT,
    "a.csv": OLD_CSV,
    "a.png": PNG,
    "a.jpg": JPEG,
    "a.JPEG": JPEG,
}
REFUSED = {
    "a page called text": ("a.txt", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
    "a page after a greeting": ("a.txt", b"Hello\n<script>alert(1)</script>"),
    "a drawing called text": ("a.csv", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a program called text": ("a.txt", b"MZ\x90\x00" + bytes(100)),
    "a picture called document": ("a.pdf", PNG),
    "a document called picture": ("a.png", PDF),
    "a sheet called document": ("a.docx", XLSX),
    "a document called sheet": ("a.xlsx", DOCX),
    "an archive called document": ("a.docx", package({"a.txt": b"a"})),
    "an archive called open document": ("a.odt", package({"mimetype": b"application/zip"})),
    "a macro document": ("a.docx", DOCM),
    "a document with a macro part": ("a.docx", office(WORD, "word/document.xml", **{"word/vbaProject.bin": b"x"})),
    "a sheet with a macro sheet": ("a.xlsx", office(SHEET, "xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"x"})),
    "a document with a program": ("a.docx", office(WORD, "word/document.xml", **{"word/embeddings/a.exe": b"x"})),
    "an open document with macros": (
        "a.odt",
        package({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/script-lc.xml": b"x"}),
    ),
    "an old document": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "half a document": ("a.docx", DOCX[:60]),
    "wide text": ("a.txt", "wide".encode("utf-16")),
}

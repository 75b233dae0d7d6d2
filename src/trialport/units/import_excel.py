"""A workbook of Excel as the CSV that the import reads: its first sheet, cell by cell, formulas by their values."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

from trialport.core.errors import BadInput, TooLarge
from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.units.import_rows import MOST_COLUMNS, MOST_ROWS, too_many_rows

# A workbook is a compressed archive: what it unpacks to is bounded before anything is read (bytes).
_MOST_UNPACKED = 60_000_000
_SIGNATURE = b"PK\x03\x04"


def is_workbook(body: bytes) -> bool:
    """Tell whether these bytes are an archive, as every `.xlsx` is and no CSV file."""
    return body.startswith(_SIGNATURE)


def workbook_as_csv(body: bytes, language: Language = "en") -> bytes:
    """Write the first sheet as CSV; raises BadInput for what is no workbook, TooLarge for one beyond the limits.

    What is wrong with it is said in `language`.
    """
    # Half a second to load, and few ever send a workbook.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MOST_UNPACKED:
                raise TooLarge(translate(language, "The workbook is too large. Keep only the sheet with capacity."))
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        for number, row in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)):
            if number > 2 * MOST_ROWS:
                raise TooLarge(too_many_rows(language))
            writer.writerow([_written(cell) for cell in row])
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        message = _("This is no workbook that can be read. Save it as .xlsx or as CSV.")
        raise BadInput(translate(language, message)) from None
    return text.getvalue().encode()


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)

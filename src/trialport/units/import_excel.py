"""A workbook of Excel as the CSV that the import reads: its first sheet, cell by cell, formulas by their values."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

from trialport.core.errors import BadInput, TooLarge
from trialport.units.import_rows import MOST_COLUMNS, MOST_ROWS

# A workbook is a compressed archive: what it unpacks to is bounded before anything is read (bytes).
_MOST_UNPACKED = 60_000_000
_SIGNATURE = b"PK\x03\x04"


def is_workbook(body: bytes) -> bool:
    """Tell whether these bytes are an archive, as every `.xlsx` is and no CSV file."""
    return body.startswith(_SIGNATURE)


def workbook_as_csv(body: bytes) -> bytes:
    """Write the first sheet as CSV; raises BadInput for what is no workbook, TooLarge for one beyond the limits."""
    # Half a second to load, and few ever send a workbook.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MOST_UNPACKED:
                raise TooLarge("The workbook is too large. Keep only the sheet with capacity.")
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        for number, row in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)):
            if number > 2 * MOST_ROWS:
                raise TooLarge(f"The file has more than {MOST_ROWS} rows. Split it.")
            writer.writerow([_written(cell) for cell in row])
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        raise BadInput("This is no workbook that can be read. Save it as .xlsx or as CSV.") from None
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

"""Shapes of a capacity import's report."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class ImportRow(Struct, frozen=True, kw_only=True):
    """What an import did, or would do, with one row of the file; a row has one entry for each error in it."""

    row: Annotated[int, Meta(description="Row number in the file; the header is row 1.", examples=[2])]
    outcome: Annotated[
        Literal["create", "change", "unchanged", "error"],
        Meta(description="What happens with the row.", examples=["change"]),
    ]
    unit: Annotated[str | None, Meta(description="Unit named in the row.", examples=["demo-uas-lung"])]
    therapy_area: Annotated[str | None, Meta(description="Therapy area named in the row.", examples=["respiratory"])]
    field: Annotated[str | None, Meta(description="Column at fault.", examples=["state"])] = None
    message: Annotated[
        str | None, Meta(description="What to correct.", examples=["Use open, limited, full or paused."])
    ] = None


class ImportReport(Struct, frozen=True, kw_only=True):
    """Report of a capacity import, row by row; nothing is written while one row has an error."""

    dry_run: Annotated[bool, Meta(description="Whether this was only a trial run.", examples=[True])]
    written: Annotated[bool, Meta(description="Whether the rows were written.", examples=[False])]
    created: Annotated[int, Meta(description="Rows that create a record (count).", examples=[2])]
    changed: Annotated[int, Meta(description="Rows that change a record (count).", examples=[5])]
    unchanged: Annotated[int, Meta(description="Rows equal to the record (count).", examples=[1])]
    errors: Annotated[int, Meta(description="Rows with an error (count).", examples=[0])]
    rows: Annotated[tuple[ImportRow, ...], Meta(description="Row by row.")]

"""Files of an inquiry: in by a streamed body, out as downloads that no browser opens by itself."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter, SkipValidation
from litestar.response import Stream

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.downloads import DISPOSITION, download_headers
from trialport.core.edge import LOCATION, AppSettings, Tx, TxOpener
from trialport.core.errors import BadInput
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.object_store import ObjectStore
from trialport.inquiries import attachment_service as service
from trialport.inquiries.attachment_intake import Upload
from trialport.inquiries.attachment_models import AttachmentDetail, AttachmentKind, AttachmentList

READING = may("attachment", "read")
Files = NamedDependency[SkipValidation[ObjectStore]]
InquiryId = Annotated[
    UUID, PathParameter(description="Identifier of the inquiry.", examples=[Example(value=EXAMPLE_UUID)])
]
AttachmentId = Annotated[
    UUID, PathParameter(description="Identifier of the attachment.", examples=[Example(value=EXAMPLE_UUID)])
]


@post(
    "/inquiries/{inquiry_id:uuid}/attachments",
    opt={
        **may("inquiry", "attach"),
        "errors": (409, 413, 415, 422),
        "body": "application/octet-stream",
        "body_example": "Synopsis of the trial, as plain text.",
    },
    status_code=201,
    # The limit is that of the kind of file, and counted while the bytes come.
    request_max_body_size=None,
    response_headers=[LOCATION],
    summary="Attach a file to an inquiry",
    description="The body is the file itself, of any media type; the type is taken from its content, which must fit "
    "the ending of `file_name`. Taken are PDF, DOCX, XLSX, ODT, TXT, CSV, PNG and JPEG without macros.",
)
async def attach_file(
    settings: AppSettings,
    actor: Caller,
    open_transaction: TxOpener,
    files: Files,
    request: Request[Any, Any, State],
    inquiry_id: InquiryId,
    kind: Annotated[
        AttachmentKind, QueryParameter(description="What the file is.", examples=[Example(value="synopsis")])
    ],
    file_name: Annotated[
        str,
        QueryParameter(
            description="Name of the file with its ending.",
            examples=[Example(value="synopsis.txt")],
            min_length=1,
            max_length=500,
        ),
    ],
) -> Response[AttachmentDetail]:
    upload = Upload(kind=kind, file_name=file_name, chunks=_body(request))
    made = await service.attach_file(open_transaction, files, settings, actor, inquiry_id, upload)
    return Response(made, status_code=201, headers={"Location": made.download_url})


@get(
    "/inquiries/{inquiry_id:uuid}/attachments",
    opt=READING,
    summary="List the files of an inquiry, the oldest first",
)
async def list_attachments(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> AttachmentList:
    return AttachmentList(items=await service.list_attachments(tx, actor, inquiry_id))


@get(
    "/inquiries/{inquiry_id:uuid}/attachments/{attachment_id:uuid}",
    opt=READING,
    media_type="application/octet-stream",
    response_headers=[DISPOSITION],
    summary="Download a file of an inquiry",
    description="Every download is written to the audit trail.",
)
async def download_attachment(
    actor: Caller,
    open_transaction: TxOpener,
    files: Files,
    inquiry_id: InquiryId,
    attachment_id: AttachmentId,
) -> Stream:
    file, chunks = await service.open_attachment(open_transaction, files, actor, inquiry_id, attachment_id)
    return Stream(
        chunks,
        # Never the file's own type: what it is stands in the list, and a browser has nothing to guess from.
        media_type="application/octet-stream",
        headers={"Content-Length": str(file.size_bytes), **download_headers(file.file_name)},
    )


@delete(
    "/inquiries/{inquiry_id:uuid}/attachments/{attachment_id:uuid}",
    opt={**may("attachment", "delete"), "errors": (409,)},
    status_code=204,
    summary="Delete a file of an inquiry",
)
async def delete_attachment(tx: Tx, actor: Caller, inquiry_id: InquiryId, attachment_id: AttachmentId) -> None:
    await service.delete_attachment(tx, actor, inquiry_id, attachment_id)


async def _body(request: Request[Any, Any, State]) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:
        # The framework's word for a client that went away.
        raise BadInput("The upload broke off. Send the file again.") from None


router = Router(
    path="/",
    tags=["attachments"],
    route_handlers=[attach_file, list_attachments, download_attachment, delete_attachment],
)

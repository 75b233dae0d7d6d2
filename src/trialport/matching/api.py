"""Assessments, candidates and previews over JSON."""

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import LOCATION, AppSettings, Tx, ViewerLanguage
from trialport.core.paging import Limit, NumberCursor, cut_page
from trialport.inquiries import service as inquiry_service
from trialport.inquiries.api import InquiryId
from trialport.matching import explain, queries, service
from trialport.matching.assessment_models import (
    AssessmentDetail,
    AssessmentForSponsor,
    CandidatePage,
    MatchCreate,
    MatchForSponsor,
    MatchResult,
    WeightsUsed,
    unit_band,
)
from trialport.matching.models import ExclusionDetail
from trialport.matching.queries import StoredAssessment
from trialport.matching.register import Register
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

CANDIDATE_READERS = may("inquiry", "read_candidates")

AppRegister = NamedDependency[SkipValidation[Register]]
AppReader = NamedDependency[SkipValidation[Reader]]


@get(
    "/inquiries/{inquiry_id:uuid}/assessments/latest",
    opt=may("inquiry", "read"),
    summary="Read the newest assessment of an inquiry",
    description="404 with type `not-assessed-yet` while the worker is at it. "
    "A sponsor is told how the indication was read; the office also what was left out and why.",
)
async def read_latest_assessment(
    tx: Tx, actor: Caller, language: ViewerLanguage, inquiry_id: InquiryId
) -> AssessmentDetail | AssessmentForSponsor:
    stored = await service.latest_assessment(tx, actor, inquiry_id)
    if actor.role == "sponsor_contact":
        return AssessmentForSponsor(
            inquiry_id=stored.inquiry_id,
            reference=stored.reference,
            version=stored.version,
            assessed_at=stored.assessed_at,
            reading=msgspec.convert(stored.reading, Reading),
        )
    wording = explain.WORDINGS[language]
    excluded = await queries.select_exclusions(tx.connection, actor=actor, assessment_id=stored.assessment_id)
    return _detail(stored, tuple(explain.exclusion_detail(one, wording) for one in excluded))


@post(
    "/inquiries/{inquiry_id:uuid}/assessments",
    opt={**may("inquiry", "reassess"), "errors": (409,)},
    status_code=202,
    response_headers=[LOCATION],
    summary="Ask for a new assessment",
    description="Also after the assessment was given up; the result appears at `assessments/latest`.",
)
async def request_assessment(tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId) -> Response[None]:
    await service.request_reassessment(tx, settings, actor, inquiry_id)
    return Response(None, status_code=202, headers={"Location": f"/api/v1/inquiries/{inquiry_id}/assessments/latest"})


@get(
    "/inquiries/{inquiry_id:uuid}/candidates",
    opt={**CANDIDATE_READERS, "errors": (409,)},
    summary="List the candidates of the newest assessment, best first",
)
async def list_candidates(
    tx: Tx,
    actor: Caller,
    language: ViewerLanguage,
    inquiry_id: InquiryId,
    cursor: NumberCursor = None,
    limit: Limit = 50,
) -> CandidatePage:
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "read_candidates")
    stored = await service.latest_assessment(tx, actor, inquiry_id)
    rows = await queries.select_candidates(
        tx.connection,
        actor=actor,
        assessment_id=stored.assessment_id,
        after_rank=cursor or 0,
        limit=limit + 1,
    )
    wording = explain.WORDINGS[language]
    items, following = cut_page(rows, limit, lambda candidate: candidate.rank)
    return CandidatePage(items=tuple(explain.candidate_detail(one, wording) for one in items), next_cursor=following)


@post(
    "/matches",
    opt={**may("inquiry", "submit"), "readonly": True},
    status_code=200,
    summary="Read and rank without storing",
    description="A preview while typing. An office sees the units; a sponsor how many may fit, in bands.",
)
async def match(
    tx: Tx,
    actor: Caller,
    register: AppRegister,
    reader: AppReader,
    language: ViewerLanguage,
    data: JSONBody[MatchCreate],
    limit: Limit = 50,
) -> MatchResult | MatchForSponsor:
    region_ids = await service.regions_to_match(tx, actor, data.regions_wanted)
    reading, ranking = await service.match_preview(tx, register, reader, data, region_ids, limit)
    if actor.role == "sponsor_contact":
        return MatchForSponsor(reading=reading, fitting_units=unit_band(service.count_fitting_units(ranking)))
    wording = explain.WORDINGS[language]
    return MatchResult(
        reading=reading,
        candidates=tuple(explain.candidate_detail(one, wording) for one in ranking.candidates),
        excluded=tuple(explain.exclusion_detail(one, wording) for one in ranking.excluded),
    )


def _detail(stored: StoredAssessment, excluded: tuple[ExclusionDetail, ...]) -> AssessmentDetail:
    return AssessmentDetail(
        assessment_id=stored.assessment_id,
        inquiry_id=stored.inquiry_id,
        reference=stored.reference,
        version=stored.version,
        run=stored.run,
        assessed_at=stored.assessed_at,
        outdated=stored.outdated_at is not None,
        algorithm_version=stored.algorithm_version,
        vocabulary_version=stored.vocabulary_version,
        weights=stored.weights,
        region_weights=tuple(
            WeightsUsed(region_id=region_id, version=used.version, weights=used.weights)
            for region_id, used in stored.region_weights.items()
        ),
        reading=msgspec.convert(stored.reading, Reading),
        candidates=stored.candidates,
        excluded=excluded,
    )


router = Router(
    path="/",
    tags=["matching"],
    route_handlers=[read_latest_assessment, request_assessment, list_candidates, match],
)

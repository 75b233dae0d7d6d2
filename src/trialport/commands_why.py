"""What `trialport match --explain` does, apart from reading options."""

from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trialport.core.db import Connection, Transaction
from trialport.core.errors import BadInput
from trialport.core.json_body import decode_json
from trialport.core.language import Language
from trialport.matching import explain, explain_why, why_service
from trialport.matching.assessment_models import MatchCreate
from trialport.matching.register import Register
from trialport.matching.why_models import CandidateExplanation, ExclusionExplanation, UnitExplanation
from trialport.matching.why_words import WHY_WORDINGS
from trialport.units.queries import select_regions, select_unit, select_units
from trialport.vocabulary.index import load_vocabulary
from trialport.vocabulary.reading import Reader

_MOST_NAMED = 10


async def explain_unit(connection: Connection, body: bytes, unit: str, language: Language) -> UnitExplanation:
    """Rank the register for an inquiry in JSON and explain one unit, named by its id or a part of its name.

    Raises BadInput for a file that is none, and for a name that fits no unit or several.
    """
    data = decode_json(body, MatchCreate)
    wanted = set(data.regions_wanted)
    regions = await select_regions(connection)
    if wanted - {region.code for region in regions}:
        raise BadInput.at("placement.regions_wanted", "Name regions that exist.")
    unit_id = await _unit_id(connection, unit)
    vocabulary = load_vocabulary()
    candidates, excluded = await why_service.explain_match(
        Transaction(connection, datetime.now(UTC), "command-line"),
        Register(vocabulary),
        Reader(vocabulary),
        data,
        [region.region_id for region in regions if not wanted or region.code in wanted],
        unit_id,
    )
    if not candidates and not excluded:
        raise BadInput.at("--explain", "The unit has no capacity record in the regions asked.")
    return explain_why.unit_explanation(
        candidates, [explain_why.exclusion_explanation(one, language) for one in excluded], language
    )


async def _unit_id(connection: Connection, unit: str) -> UUID:
    try:
        named = UUID(unit)
    except ValueError:
        pass
    else:
        if await select_unit(connection, unit_id=named) is None:
            raise BadInput.at("--explain", "There is no unit with this id.")
        return named
    found = await select_units(
        connection,
        region=None,
        kind=None,
        care_setting=None,
        therapy_area=None,
        name=unit,
        after=None,
        limit=_MOST_NAMED + 1,
    )
    exact = [one for one in found if one.name.casefold() == unit.casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0].unit_id
    if not found:
        raise BadInput.at("--explain", f"No unit has {unit!r} in its name.")
    names = "; ".join(f"{one.name} ({one.unit_id})" for one in found[:_MOST_NAMED])
    raise BadInput.at("--explain", f"Several units have {unit!r} in their names: {names}.")


def show_explanation(result: UnitExplanation, language: Language) -> None:
    """Print an explanation for people."""
    console = Console(highlight=False)
    for candidate in result.candidates:
        _show_candidate(console, candidate, language)
    for left_out in result.excluded:
        _show_exclusion(console, left_out, language)


def _show_candidate(console: Console, told: CandidateExplanation, language: Language) -> None:
    wording, decimal = WHY_WORDINGS[language], explain.WORDINGS[language].decimal_mark

    def figure(value: float) -> str:
        return f"{value:g}".replace(".", decimal)

    place = wording.place.format(place=told.place, of=told.candidates, score=figure(told.score))
    console.print(f"[bold]{escape(f'{told.unit.name}, {told.unit.site} ({told.therapy_area})')}[/]: {place}")
    *figures, why = wording.headings
    table = Table(*figures[:2], title_justify="left")
    for heading in figures[2:]:
        table.add_column(heading, justify="right")
    table.add_column(why, ratio=1)
    for one in told.criteria:
        table.add_row(
            wording.criteria[one.name],
            one.state,
            figure(one.fit),
            figure(one.weight),
            figure(one.points),
            figure(one.points_possible),
            escape(one.sentence),
        )
    console.print(table)
    console.print(escape(wording.first if told.ahead is None else told.ahead.sentence))
    for change in told.what_if:
        console.print(f"- {escape(change.sentence)}")
    console.print()


def _show_exclusion(console: Console, told: ExclusionExplanation, language: Language) -> None:
    wording = WHY_WORDINGS[language]
    title = f"{told.unit.name}, {told.unit.site} ({told.therapy_area})"
    console.print(f"[bold]{escape(title)}[/]: {wording.left_out}. {escape(told.sentence)}")
    console.print(f"-> {escape(told.remedy)}")
    for reason in told.also:
        sentence = explain.exclusion_sentence(reason, explain.WORDINGS[language])
        console.print(f"- {escape(wording.also.format(sentence=sentence))}")
    if told.let_in is not None:
        console.print(f"- {escape(told.let_in.sentence)}")
    console.print()

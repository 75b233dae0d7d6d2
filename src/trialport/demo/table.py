"""The assessment for people, readable at 80 columns and without colour, or as JSON for programs."""

import io
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trialport.demo.folder import DataFolder
from trialport.demo.models import DemoTokens
from trialport.demo.progress import can_print
from trialport.demo.sample import Assessed
from trialport.demo.sign_in import SignInLink

Json = dict[str, Any]

WITH_CRITERIA = 10
WITH_SENTENCES = 3
WIDEST = 110
WIDEST_AREA = 18
# A state is never told by colour alone: first the sign, then one for terminals with ASCII only, then colour.
STATES = {
    "met": ("✓", "+", "green"),
    "partly": ("~", "~", "yellow"),
    "unmet": ("✗", "x", "red"),
    "unknown": ("?", "?", "dim"),
}


def print_json(assessed: Assessed) -> None:
    """Print the assessment as JSON; in UTF-8 whatever the terminal speaks, as the format demands."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(assessed), indent=2) + b"\n")
    sys.stdout.flush()


def print_assessment(assessed: Assessed) -> None:
    """Print the ranking, why the best stand where they stand, and who was left out."""
    console = _console()
    with console.capture() as printed:
        _print_head(console, assessed)
        console.print(_ranking(console, assessed.candidates))
        for candidate in assessed.candidates[:WITH_SENTENCES]:
            _print_sentences(console, candidate)
        _print_excluded(console, assessed.excluded)
    # Columns are filled up with blanks, which nobody wants to copy.
    sys.stdout.write("\n".join(line.rstrip() for line in printed.get().split("\n")))
    sys.stdout.flush()


def print_addresses(address: str, mail_address: str, folder: DataFolder) -> None:
    """Print where everything is; the lines are not wrapped, so that they can be copied."""
    console = _console()
    lines = [
        ("API", f"{address}/api/v1"),
        ("OpenAPI document", f"{address}/schema/openapi.json"),
        ("Health", f"{address}/health/ready"),
        ("Mails", f"{mail_address} (caught here, none leaves this machine)"),
        ("Data and logs", f"{folder.path} (serve.log, work.log, postgres.log, valkey.log)"),
        ("Tokens", f"{folder.path / 'tokens.json'}"),
    ]
    console.print()
    for name, value in lines:
        console.print(Text(f"{name:<17} {value}"), soft_wrap=True)
    console.print()
    sys.stdout.flush()


def print_ways_in(address: str, mail_address: str, tokens: DemoTokens, links: Sequence[SignInLink]) -> None:
    """Print an address for each role that signs one in where her work is, and that everything runs."""
    console = _console()
    console.print(Text("Sign in as one of these (invented) people, by an address that works once:"))
    wide_role = max((len(link.role) for link in links), default=0)
    wide_name = max((len(link.name) for link in links), default=0)
    for link in links:
        console.print(Text(f"  {link.role:<{wide_role}}  {link.name:<{wide_name}}  {link.url}"), soft_wrap=True)
    console.print(Text(f"The next start makes new ones. At {address}/sign-in they sign in with an address of theirs:"))
    console.print(Text(f"its link arrives at {mail_address}; or with their organisation, without a mail."))
    console.print()
    console.print(Text("As the trial office of Uppsala:"))
    call = f"curl -H 'Authorization: Bearer {tokens.office_uas}' {address}/api/v1/inquiries"
    console.print(Text(f"  {call}"), soft_wrap=True)
    console.print()
    console.print(Text("Running. Stop with Ctrl-C; the data stays."))
    sys.stdout.flush()


def _console() -> Console:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names hold letters that not every terminal can show.
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console


def _print_head(console: Console, assessed: Assessed) -> None:
    inquiry = assessed.inquiry
    console.print()
    title = f"{inquiry['reference']}, version {inquiry['version']}: {inquiry['working_title']}"
    console.print(Text(title, style="bold"))
    console.print(Text(f"Condition: {inquiry['indication']}"))
    console.print(Text(f"{_count(assessed.candidates, 'candidate')}, the best first. {_legend(console)}"))
    console.print()


def _ranking(console: Console, candidates: Sequence[Json]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold", expand=True)
    table.add_column("Rank", justify="right", no_wrap=True)
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Unit (site) and its criteria", ratio=1)
    table.add_column("Therapy area", no_wrap=True)
    for place, candidate in enumerate(candidates):
        unit = Text(f"{candidate['unit']['name']} ({candidate['unit']['site']})")
        if candidate["stale"]:
            unit.append(" stale", style="bold yellow")
        if place < WITH_CRITERIA:
            unit.append("\n")
            unit.append_text(_criteria(console, candidate["criteria"]))
        table.add_row(str(candidate["rank"]), f"{candidate['score']:.1f}", unit, _area(candidate))
    return table


def _criteria(console: Console, criteria: Sequence[Json]) -> Text:
    """One line for each state: its sign, its word, and the criteria in it."""
    lines = []
    for state in STATES:
        names = [entry["name"].replace("_", " ") for entry in criteria if entry["state"] == state]
        if names:
            line = Text(f"{_sign(console, state)} {state}: ", style=STATES[state][2])
            lines.append(line.append(", ".join(names), style="not dim"))
    return Text("\n").join(lines)


def _print_sentences(console: Console, candidate: Json) -> None:
    console.print()
    console.print(Text(f"Why {candidate['unit']['name']} is number {candidate['rank']}", style="bold"))
    for criterion in candidate["criteria"]:
        sign = Text(_sign(console, criterion["state"]), style=STATES[criterion["state"]][2])
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_row(sign, Text(criterion["sentence"]))
        console.print(Padding(line, (0, 0, 0, 2)))


def _print_excluded(console: Console, excluded: Sequence[Json]) -> None:
    if not excluded:
        return
    reasons: dict[str, list[Json]] = {}
    for entry in excluded:
        reasons.setdefault(entry["reason"], []).append(entry)
    console.print()
    console.print(Text(f"Left out: {_count(excluded, 'capacity record')}", style="bold"))
    for reason, entries in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
        names = ", ".join(sorted({entry["unit"]["name"] for entry in entries}))
        text = Text(f"{reason.replace('_', ' ')} ({len(entries)}): {names}")
        console.print(Padding(text, (0, 0, 0, 2)))


def _sign(console: Console, state: str) -> str:
    sign, plain, _ = STATES[state]
    return sign if can_print(console, sign) else plain


def _area(candidate: Json) -> str:
    """Break a long therapy area where its words meet."""
    return "\n".join(textwrap.wrap(candidate["therapy_area"], WIDEST_AREA))


def _legend(console: Console) -> str:
    return "  ".join(f"{_sign(console, state)} {state}" for state in STATES)


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"

"""Submissions and reads a second, beside a bare Litestar handler that does one statement, in the same run.

Both run as one granian worker on the same PostgreSQL (fsync on) with ten connections; rounds alternate, so
that a change of the machine's speed meets both. Run: `uv run python -m bench.http`.
"""

import json
import statistics
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bench import load
from bench.servers import Stand, free_port, process, stand
from trialport.demo.load import sample_inquiry

ROUNDS = 5
CONNECTIONS = 16
REQUESTS = 1500


def main() -> None:
    with stand() as here:
        ours, bare = free_port(), free_port()
        with (
            process(["-m", "trialport", "serve"], here.environment(ours), f"http://127.0.0.1:{ours}/health/live"),
            process(["-m", "bench.bare"], here.environment(bare), f"http://127.0.0.1:{bare}/inquiries"),
        ):
            _report(_submissions(here, ours, bare), "submission", "one INSERT")
            _report(_reads(here, ours, bare), "read of an inquiry", "one SELECT")


def _submissions(here: Stand, ours: int, bare: int) -> list[tuple[float, float]]:
    body = json.dumps(sample_inquiry(datetime.now(UTC).date())).encode()

    def submit(_: int) -> bytes:
        key = {"Idempotency-Key": uuid4().hex}
        return load.request("POST", "/api/v1/inquiries", here.tokens.sponsor, body, key)

    def insert(_: int) -> bytes:
        return load.request("POST", "/inquiries", body=body)

    return _rounds(ours, submit, bare, insert, 202)


def _reads(here: Stand, ours: int, bare: int) -> list[tuple[float, float]]:
    body = json.dumps(sample_inquiry(datetime.now(UTC).date())).encode()
    inquiry_id = _post(ours, "/api/v1/inquiries", body, here.tokens.sponsor)["inquiry_id"]
    bare_id = _post(bare, "/inquiries", body, None)["bare_id"]

    def read(_: int) -> bytes:
        return load.request("GET", f"/api/v1/inquiries/{inquiry_id}", here.tokens.sponsor)

    def select(_: int) -> bytes:
        return load.request("GET", f"/inquiries/{bare_id}")

    return _rounds(ours, read, bare, select, 200)


def _rounds(ours: int, make_ours: Any, bare: int, make_bare: Any, status: int) -> list[tuple[float, float]]:
    results = []
    for number in range(ROUNDS + 1):
        pair = []
        for port, make in ((ours, make_ours), (bare, make_bare)):
            run = load.measure(port, make, connections=CONNECTIONS, requests=REQUESTS)
            if run.statuses != {status: REQUESTS}:
                raise RuntimeError(f"unexpected answers: {run.statuses}")
            pair.append(run.per_second)
        # The first round warms both up.
        if number:
            results.append((pair[0], pair[1]))
    return results


def _post(port: int, path: str, body: bytes, token: str | None) -> dict[str, str]:
    import urllib.request  # noqa: PLC0415

    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    call = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    with urllib.request.urlopen(call) as answer:  # noqa: S310
        made: dict[str, str] = json.load(answer)
    return made


def _report(results: list[tuple[float, float]], ours: str, bare: str) -> None:
    ratios = [first / second for first, second in results]
    print(
        f"| {ours} | {statistics.median(a for a, _ in results):.0f}/s | {bare} "
        f"| {statistics.median(b for _, b in results):.0f}/s "
        f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
    )


if __name__ == "__main__":
    main()

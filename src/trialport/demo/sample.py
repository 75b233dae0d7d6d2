"""The sample inquiry over the API, as a sponsor sends it and the trial office reads the answer."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
from msgspec import Struct

from trialport.core.servers.child import POLL_SECONDS
from trialport.demo.files import sample_inquiry
from trialport.demo.folder import DataFolder
from trialport.demo.models import DemoTokens
from trialport.demo.trouble import DemoError

SAMPLE = "sample.json"
# The second start sends the same inquiry under the same key, and so gets the same answer.
IDEMPOTENCY_KEY = "demo-sample-inquiry-1"
ASSESS_SECONDS = 60.0

Json = dict[str, Any]


class Sample(Struct, frozen=True, kw_only=True):
    """What was sent, with dates counted from the day of the first start, and where it went."""

    content: Json
    inquiry_id: str | None = None


class Assessed(Struct, frozen=True, kw_only=True):
    """The sample inquiry and its latest assessment, in the API's own shapes."""

    inquiry: Json
    candidates: list[Json]
    excluded: list[Json]


class SampleInquiry:
    """Submits the sample inquiry and reads its assessment."""

    def __init__(self, address: str, tokens: DemoTokens, folder: DataFolder, check: Callable[[], None]) -> None:
        """Set where the API is; `check` may raise to end a wait."""
        self._address = f"{address}/api/v1"
        self._tokens = tokens
        self._folder = folder
        self._check = check

    def submit(self, on: date) -> str:
        """Submit the sample unless it has been; returns the inquiry's id."""
        sample = self._folder.read(SAMPLE, Sample)
        if sample is not None and sample.inquiry_id is not None:
            found = self._ask("GET", f"/inquiries/{sample.inquiry_id}", self._tokens.sponsor)
            if found.status_code == httpx.codes.OK:
                return sample.inquiry_id
        if sample is None or sample.inquiry_id is not None:
            sample = Sample(content=sample_inquiry(on))
            self._folder.write(SAMPLE, sample)
        answer = self._ask("POST", "/inquiries", self._tokens.sponsor, content=sample.content)
        if answer.status_code not in {httpx.codes.OK, httpx.codes.CREATED, httpx.codes.ACCEPTED}:
            raise _refused("submit the sample inquiry", answer)
        inquiry_id: str = answer.json()["inquiry_id"]
        self._folder.write(SAMPLE, Sample(content=sample.content, inquiry_id=inquiry_id))
        return inquiry_id

    def wait_for_assessment(self, inquiry_id: str) -> Assessed:
        """Wait until the worker has assessed the inquiry, then read it whole. Raises DemoError."""
        path = f"/inquiries/{inquiry_id}/assessments/latest"
        deadline = time.monotonic() + ASSESS_SECONDS
        while (answer := self._ask("GET", path, self._tokens.office_uas)).status_code != httpx.codes.OK:
            if answer.status_code != httpx.codes.NOT_FOUND:
                raise _refused("read the assessment", answer)
            if time.monotonic() > deadline:
                raise DemoError(
                    f"the sample inquiry was not assessed within {ASSESS_SECONDS:.0f} s. "
                    f"See work.log in {self._folder.shown}"
                )
            time.sleep(POLL_SECONDS)
        latest: Json = answer.json()
        excluded = latest.pop("excluded", [])
        detail = self._ask("GET", f"/inquiries/{inquiry_id}", self._tokens.office_uas)
        if detail.status_code != httpx.codes.OK:
            raise _refused("read the sample inquiry", detail)
        content = detail.json()["content"]
        latest["working_title"] = content["identity"]["working_title"]
        latest["indication"] = content["condition"]["indication"]
        return Assessed(inquiry=latest, candidates=self._candidates(inquiry_id), excluded=excluded)

    def _candidates(self, inquiry_id: str) -> list[Json]:
        items: list[Json] = []
        cursor: str | None = None
        while True:
            page = self._ask(
                "GET",
                f"/inquiries/{inquiry_id}/candidates",
                self._tokens.office_uas,
                query={"limit": "100"} | ({"cursor": cursor} if cursor else {}),
            )
            if page.status_code != httpx.codes.OK:
                raise _refused("read the candidates", page)
            items += page.json()["items"]
            cursor = page.json().get("next_cursor")
            if cursor is None:
                return items

    def _ask(
        self, method: str, path: str, token: str, *, content: Json | None = None, query: Json | None = None
    ) -> httpx.Response:
        self._check()
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Idempotency-Key"] = IDEMPOTENCY_KEY
        try:
            # Proxies of the environment know nothing about this machine's own address.
            with httpx.Client(timeout=10.0, trust_env=False) as client:
                return client.request(method, self._address + path, headers=headers, json=content, params=query)
        except httpx.TransportError as error:
            self._check()
            raise DemoError(
                f"the API gave no answer ({type(error).__name__}). See serve.log in {self._folder.shown}"
            ) from error


def _refused(what: str, answer: httpx.Response) -> DemoError:
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = answer.text[:200]
    return DemoError(
        f"the API refused to {what} ({answer.status_code}: {detail.rstrip('.')}). Please report this as a fault"
    )

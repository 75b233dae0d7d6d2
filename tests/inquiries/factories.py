"""Bodies of inquiries for tests; every group can be replaced."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import Client


def inquiry_body(**groups: Any) -> dict[str, Any]:
    """Return a complete, valid inquiry as JSON values."""
    today = datetime.now(UTC).date()
    body: dict[str, Any] = {
        "who": {
            "sponsor_name": "First Pharma (demonstration)",
            "sponsor_kind": "company",
            "contact": {"name": "Demo Contact (demonstration)", "email": "contact@example.org"},
            "award_status": "own_trial",
        },
        "identity": {"working_title": "Once-daily inhaler in COPD", "protocol_number": "SECRET-PROTOCOL-1"},
        "kind": {"study_type": "drug", "phase": "3"},
        "product": {"mechanism": "long-acting bronchodilator", "name": "SECRET-PRODUCT-1"},
        "condition": {"indication": "chronic obstructive pulmonary disease"},
        "population": {"age_from": 40, "age_to": 80},
        "numbers": {
            "participants_wanted": 24,
            "planned_start": (today + timedelta(days=90)).isoformat(),
            "recruitment_months": 12,
        },
        "answer": {"outcome_promised_by": (today + timedelta(days=120)).isoformat()},
        "placement": {"regions_wanted": ["TST"]},
    }
    body.update(groups)
    return body


async def submit(client: Client, who: str = "sponsor", /, **groups: Any) -> dict[str, Any]:
    """Submit an inquiry as one of the cast; returns the receipt."""
    answer = await client(who).post("/api/v1/inquiries", json=inquiry_body(**groups))
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt

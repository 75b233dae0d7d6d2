"""A small register file for tests: one region, one site, two units, one resource, two invented persons."""

from copy import deepcopy
from typing import Any

import msgspec

from trialport.units.register_file import RegisterFile

_DOCUMENT: dict[str, list[dict[str, Any]]] = {
    "regions": [
        {
            "code": "NEW",
            "name": "Region New (test)",
            "country": "SE",
            "university": "Test University",
            "timezone": "Europe/Stockholm",
            "promised_working_days": 10,
            "confidentiality_mode": "statutory",
        }
    ],
    "sites": [
        {
            "region": "NEW",
            "name": "New hospital",
            "legal_name": "Region New",
            "address": "1 Street",
            "country": "SE",
        }
    ],
    "units": [
        {
            "region": "NEW",
            "registry_id": "new-lung",
            "site": "New hospital",
            "name": "Lung",
            "kind": "hospital_department",
            "care_settings": ["outpatient"],
            "catchment_population": 1000,
            "latitude": 59.85,
            "longitude": 17.64,
            "languages": ["sv"],
            "capabilities": {"spirometry": {"available": True, "expires_on": "2030-01-01"}},
        },
        {
            "region": "NEW",
            "registry_id": "new-heart",
            "site": "New hospital",
            "name": "Heart",
            "kind": "hospital_department",
        },
    ],
    "resources": [{"region": "NEW", "name": "New biobank", "kind": "biobank", "nurse_hours_free": 7.125}],
    "investigators": [
        {
            "email": "one@example.org",
            "name": "Demo One (demonstration)",
            "positions": [
                {"region": "NEW", "unit": "new-lung", "share": 0.667, "is_head": True},
                {"region": "NEW", "unit": "new-heart", "share": 0.333},
            ],
            "roles_wanted": ["principal"],
            "gcp_trained_on": "2024-01-01",
            "gcp_expires_on": "2027-01-01",
            "delegates": ["two@example.org"],
            "absences": [{"first_day": "2026-12-20", "last_day": "2027-01-06"}],
        },
        {
            "email": "two@example.org",
            "name": "Demo Two (demonstration)",
            "positions": [{"region": "NEW", "unit": "new-heart", "share": 1, "is_head": True}],
        },
    ],
}


def document() -> dict[str, Any]:
    """Return the file as JSON values, to be altered at will."""
    return deepcopy(_DOCUMENT)


def parsed(values: dict[str, Any]) -> RegisterFile:
    return msgspec.convert(values, RegisterFile)

"""Reading the demonstration files, whose dates are relative, so that the demonstration never ages."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Literal

import msgspec

from trialport.demo.models import DemoRows

SampleInquiry = Literal["inquiry", "inquiry_heart_failure", "inquiry_car_t"]

_AHEAD, _AGO = "_in_days", "_days_ago"


def resolve_dates(value: Any, on: date) -> Any:
    """Replace each `x_in_days: n` and `x_days_ago: n` by `x`, the date n days after or before `on`."""
    if isinstance(value, list):
        return [resolve_dates(item, on) for item in value]
    if not isinstance(value, dict):
        return value
    return dict(_resolve_field(name, item, on) for name, item in value.items())


def _resolve_field(name: str, value: Any, on: date) -> tuple[str, Any]:
    if name.endswith(_AHEAD):
        return name.removesuffix(_AHEAD), (on + timedelta(days=value)).isoformat()
    if name.endswith(_AGO):
        return name.removesuffix(_AGO), (on - timedelta(days=value)).isoformat()
    return name, resolve_dates(value, on)


def _read(name: str, on: date) -> Any:
    return resolve_dates(msgspec.json.decode((files("trialport.demo") / "data" / f"{name}.json").read_bytes()), on)


def _read_capacities(region: str, profiles: dict[str, Any], on: date) -> list[Any]:
    """Read one region's capacities, each with the decentralised activities of the profile it names.

    Units answer these 26 points in a few typical ways; what a record says itself goes before its profile.
    """
    records: list[Any] = _read(f"capacities_{region}", on)
    for record in records:
        capacity = record["capacity"]
        profile = profiles[record.pop("dct_profile")]
        capacity["dct_activities"] = {**profile, **capacity.get("dct_activities", {})}
    return records


def demo_rows(on: date) -> DemoRows:
    """Return the demonstration data as of the load day `on`, validated against the shapes the API uses."""
    whole = ("regions", "sites", "units", "resources", "investigators", "sponsors")
    profiles = _read("dct_profiles", on)
    capacities = [*_read_capacities("uas", profiles, on), *_read_capacities("rm", profiles, on)]
    return msgspec.convert({name: _read(name, on) for name in whole} | {"capacities": capacities}, DemoRows)


def sample_inquiry(on: date, name: SampleInquiry = "inquiry") -> dict[str, Any]:
    """Return a sample inquiry as the JSON body of a submission on the day `on`."""
    inquiry: dict[str, Any] = _read(name, on)
    return inquiry

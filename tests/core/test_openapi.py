"""The API's description: valid, complete, and true to the routes."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import schemathesis
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from trialport.core.config import Settings
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.openapi import build_document
from trialport.main import create_app

Json = dict[str, Any]
METHODS = {"get", "put", "post", "patch", "delete"}
OPEN = {"/health/live", "/health/ready"}
# What an address needs besides its path.
QUERIES = {"/api/v1/readings": "?text=severe%20COPD,%20no%20asthma"}


@pytest.fixture(scope="module")
def app_unopened() -> Litestar:
    return create_app(Settings(database_url="postgresql://nobody@nowhere/db", valkey_url="redis://nowhere"))


@pytest.fixture(scope="module")
def document(app_unopened: Litestar) -> Json:
    return build_document(app_unopened, app_unopened.openapi_schema.to_schema())


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def resolve(document: Json, value: Json) -> Json:
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def is_of_structs(document: Json, schema: Json) -> bool:
    """Whether a value is a struct or a list of structs: then the fields of the struct are described."""
    if schema.get("type") == "array":
        return is_of_structs(document, schema.get("items", {}))
    parts = [part for part in schema.get("anyOf", [schema]) if part != {"type": "null"}]
    return all("$ref" in part for part in parts)


def test_it_is_valid(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_field_has_a_description_and_a_fitting_example(document: Json) -> None:
    faults = []
    for name, component in document["components"]["schemas"].items():
        for field, schema in component.get("properties", {}).items():
            place = f"{name}.{field}"
            if not schema.get("description"):
                faults.append(f"{place}: no description")
            if is_of_structs(document, schema):
                continue
            examples = schema.get("examples", [])
            if not examples:
                faults.append(f"{place}: no example")
            for example in examples:
                whole = {**schema, "components": document["components"]}
                validator = jsonschema.Draft202012Validator(
                    whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
                )
                faults += [f"{place}: {error.message}" for error in validator.iter_errors(example)]
    assert not faults, "\n".join(faults)


def test_numbers_say_their_unit(document: Json) -> None:
    """A quantity names its unit in brackets; numbers that only order things (a rank, a version) need none."""
    ordering = {"rank", "revision", "version", "run", "row", "status", "weight", "start", "end"}
    faults = [
        f"{name}.{field}"
        for name, component in document["components"]["schemas"].items()
        for field, schema in component.get("properties", {}).items()
        if {"integer", "number"} & {part.get("type") for part in schema.get("anyOf", [schema])}
        and field not in ordering
        and "(" not in schema["description"]
        and "in `currency`" not in schema["description"]
    ]
    assert not faults, faults


def test_every_operation_says_what_it_does_for_whom(document: Json) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        assert operation["operationId"].isidentifier(), operation["operationId"]
        if path in OPEN:
            assert operation["security"] == []
        else:
            assert operation.get("security", document["security"]) == [{"bearer": []}]
            assert "Roles: " in operation["description"]


def test_every_parameter_is_described_and_never_null(document: Json) -> None:
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            place = (path, method, parameter["name"])
            assert parameter["description"], place
            assert "oneOf" not in parameter["schema"], place
            assert isinstance(parameter["schema"]["type"], str), place
            assert None not in parameter["schema"].get("enum", ()), place
            jsonschema.validate(parameter["example"], parameter["schema"])


def test_every_operation_tells_its_failures_as_problems(document: Json) -> None:
    for path, method, operation in operations(document):
        answers = operation["responses"]
        wanted = {"405"} if path in OPEN else {"400", "401", "405", "503"}
        if "{" in path:
            wanted |= {"404"}
        if "requestBody" in operation:
            wanted |= {"413", "415", "422"}
        if any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
            wanted |= {"412"}
        assert wanted <= answers.keys(), (path, method, wanted - answers.keys())
        for status, answer in answers.items():
            resolved = resolve(document, answer)
            assert resolved["description"], (path, method, status)
            assert "X-Request-ID" in resolved["headers"], (path, method, status)
            if int(status) >= 400 and path not in OPEN:
                assert list(resolved["content"]) == ["application/problem+json"], (path, method, status)


def test_headers_of_answers_are_named(document: Json) -> None:
    paths = document["paths"]
    capacity = paths["/api/v1/units/{unit_id}/capacities/{therapy_area}"]
    for answer in (capacity["get"]["responses"]["200"], *(capacity["put"]["responses"][one] for one in ("200", "201"))):
        assert "ETag" in answer["headers"]
    assert "Location" in paths["/api/v1/inquiries"]["post"]["responses"]["202"]["headers"]
    assert "Allow" in document["components"]["responses"]["MethodNotAllowed"]["headers"]
    assert "Retry-After" in document["components"]["responses"]["ServiceUnavailable"]["headers"]
    import_body = paths["/api/v1/capacities/import"]["post"]["requestBody"]
    assert list(import_body["content"]) == ["text/csv"]


async def test_answers_are_as_described(
    client: Client, drain: Callable[[], Awaitable[int]], people: Cast, document: Json
) -> None:
    """Every kind of answer that reading gives, by everyone who may read, held against its schema."""
    receipt = await client("sponsor").post("/api/v1/inquiries", json=inquiry_body())
    hold_against(document, receipt, "/api/v1/inquiries", "post")
    await drain()
    names = {
        "inquiry_id": receipt.json()["inquiry_id"],
        "region_id": people.regions["ours"],
        "unit_id": people.units["lung"],
        "site_id": (await client("office").get("/api/v1/sites")).json()["items"][0]["site_id"],
        "investigator_id": people.investigators["lung"],
        "therapy_area": "respiratory",
        "resource_id": EXAMPLE_UUID,
        "local_term_id": await a_term(client),
        "agreement_id": EXAMPLE_UUID,
        "attachment_id": EXAMPLE_UUID,
        "invitation_id": EXAMPLE_UUID,
    }
    read = set()
    for path, method, operation in operations(document):
        if method != "get":
            continue
        for who in ("office", "sponsor", "investigator", "admin"):
            answer = await client(who).get(path.format(**names) + QUERIES.get(path, ""))
            hold_against(document, answer, path, method)
            if answer.is_success:
                read.add(operation["operationId"])
    gets = {operation["operationId"] for _, method, operation in operations(document) if method == "get"}
    assert gets - read == {
        "read_resource",
        "read_resource_reservations",
        "read_capacity_reservations",
        "read_agreement",
        "read_changes",
        "read_chain",
        "download_attachment",
        "read_invitation",
        "list_inquiry_invitations",
        "read_reply",
        "download_reply",
        "list_unit_questions",
        "read_questionnaire",
        "read_own_questionnaire",
        "list_unit_files",
        "download_unit_file",
        "download_suitability",
        "list_sessions",
    }, "the cast has none of these"


async def a_term(client: Client) -> str:
    body = {"term": "Lung path", "language": "en", "concept": "J44"}
    answer = await client("office").post("/api/v1/terms", json=body)
    local_term_id: str = answer.json()["local_term_id"]
    return local_term_id


async def test_previews_are_as_described(client: Client, document: Json) -> None:
    for who in ("office", "sponsor"):
        answer = await client(who).post("/api/v1/matches", json=inquiry_body())
        assert answer.is_success
        hold_against(document, answer, "/api/v1/matches", "post")


def hold_against(document: Json, answer: httpx.Response, path: str, method: str) -> None:
    described = resolve(document, document["paths"][path][method]["responses"][str(answer.status_code)])
    (media_type,) = described["content"]
    assert answer.headers["content-type"].partition(";")[0] == media_type
    for name, header in described["headers"].items():
        if resolve(document, header).get("required"):
            assert name in answer.headers, (path, method, name)
    schema = {**described["content"][media_type]["schema"], "components": document["components"]}
    told = answer.json() if media_type.endswith("json") else answer.text
    jsonschema.validate(told, schema, cls=jsonschema.Draft202012Validator)


async def test_it_is_served_openly(client: Client) -> None:
    answer = await client(None).get("/schema/openapi.json")
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["components"]["schemas"]["Problem"]

"""The draft of a site-suitability statement."""

import io

import asyncpg
import pikepdf

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok
from tests.invitations.test_reply_forms import pdf_text, tags_of

WORDS = {
    "en": (
        "Draft, not signed",
        "To be completed.",
        "freezer at -80 degrees: available, valid until 30 June 2028",
        "b)",
    ),
    "sv": ("Utkast, inte undertecknat", "Att komplettera.", "gäller till 30 juni 2028", "Lokalernas lämplighet"),
    "da": ("Udkast, ikke underskrevet", "Skal udfyldes.", "gælder til 30. juni 2028", "Faciliteternes egnethed"),
}


async def test_it_works(client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection) -> None:
    offer = {"freezer_minus_80": {"available": True, "expires_on": "2028-06-30"}, "mri": {"available": False}}
    await connection.execute("update unit set capabilities = $2 where unit_id = $1", people.units["lung"], offer)
    asked = await invite(client, inquiry, people, "lung")
    address = asked["lung"] + "/suitability.pdf"
    assert (await client("unit_head").get(address)).status_code == 409, "before a yes"
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=YES))
    for language, words in WORDS.items():
        answer = await client("unit_head").get(f"{address}?language={language}")
        assert answer.status_code == 200, answer.text
        text = pdf_text(answer.content)
        for said in (*words, "Unit lung", "536/2014", "a)", "e)", "12"):
            assert said in text, (language, said, text)
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert str(pdf.Root.Lang) == language
            assert tags_of(pdf.Root.StructTreeRoot).count("/H1") >= 7
    assert (await client("office").get(address)).status_code == 200
    assert (await client("investigator").get(address)).status_code == 403
    assert (await client("other_office").get(address)).status_code == 404
    assert (await client(None).get(address)).status_code == 401

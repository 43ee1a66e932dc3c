"""What cannot be written again is not read, and a whole number stays the one that was sent."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.site import INPUTS, PCN, TOKEN, Site
from web.api.json_bodies import read_json

WRONG = [
    b"", b"{", b"\xff", b"NaN", b"Infinity", b'"\\ud800"', b'"a\\udfffb"', b"[" * 2000, b"[" * 1000 + b"9" * 20 + b"]" * 1000,
    b"9" * 5000, b"\xef\xbb\xbf{}",
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(body)


@given(st.integers())
def test_a_whole_number_stays_what_it_was(number: int) -> None:
    assert read_json(str(number).encode()) == number
    assert read_json(f'{{"n": [{number}]}}'.encode()) == {"n": [number]}


@pytest.mark.parametrize("text", ['"\\ud800"', '"Q3\\ud800"', "NaN", "[" * 2000, "9" * 5000])
async def test_no_route_of_the_api_breaks_on_it(client: httpx.AsyncClient, site: Site, text: str) -> None:
    client.headers.update({"authorization": f"Bearer {TOKEN}", "content-type": "application/json", "Idempotency-Key": "k"})  # fmt: skip
    by, who, inputs = (
        '{"name": "x"}',
        '{"name": "x", "role": "pcn_manager", "how": "on paper"}',
        str(INPUTS).replace("'", '"'),
    )
    for path, body in (
        ("/api/workflows", f'{{"definition": "quarter-figures", "pcns": [{text}], "inputs": {inputs}, "by": {by}}}'),
        ("/api/workflows", f'{{"definition": "quarter-figures", "pcns": ["{PCN}"], "inputs": {{"quarter": {text}}}, "by": {by}}}'),
        (f"/api/workflows/{site.workflow}/commands/hold", f'{{"reason": {text}, "by": {by}}}'),
        (site.replies, f'{{"kind": "question", "text": {text}, "by": {who}}}'),
        (site.responses, f'{{"answers": {{"note": {text}}}, "by": {who}}}'),
    ):  # fmt: skip
        answer = await client.post(path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), path
    assert site.events == []


async def test_a_filter_that_nobody_heeds_is_refused_by_its_name(
    client: httpx.AsyncClient, site: Site
) -> None:
    client.headers.update({"authorization": f"Bearer {TOKEN}"})
    answer = await client.get("/api/workflows", params={"statu": "held", "pcn": PCN})
    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert (wrong["path"], wrong["message"]) == ("statu", "is not asked for here; did you mean status?")
    for path in (f"/api/workflows/{site.workflow}", f"/api/assignments/{site.assignment}", "/api/status"):
        assert (await client.get(path, params={"from": "2027-01-01"})).status_code == 422
    answer = await client.post(
        site.responses, params={"anyway": "yes"}, json={"answers": {}, "by": {"name": "x"}}
    )
    assert [each["path"] for each in answer.json()["errors"]] == ["anyway"]

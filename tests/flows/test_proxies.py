"""Where a request comes from: what a header says of it counts only behind a proxy that was announced."""

import re
from dataclasses import replace

import pytest
from flask import Response, request
from sqlalchemy import select

from app import create_app
from ecabinet.config import Config
from ecabinet.database import reading
from ecabinet.sign_in.models import SignInAttempt

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

FORWARDED = {
    "X-Forwarded-For": "198.51.100.9, 203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "cabinet.example",
}


@pytest.mark.parametrize(
    ("proxies", "address", "begins"),
    [
        (0, "127.0.0.1", "http://localhost/"),
        (1, "203.0.113.7", "https://cabinet.example/"),
        (2, "198.51.100.9", "http://localhost/"),  # the second proxy names neither scheme nor host
    ],
)
def test_a_forwarded_address_counts_only_behind_so_many_proxies(
    database: Config, proxies: int, address: str, begins: str
) -> None:
    app = create_app(replace(database, proxies=proxies, language="en"))
    seen: list[str] = []

    @app.after_request
    def note(response: Response) -> Response:
        seen.append(request.url_root)
        return response

    browser = app.test_client()
    page = browser.get("/sign-in", headers=FORWARDED).text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    form = {"account": "nobody", "password": "a wrong password", "code": "000000"}
    headers = {**FORWARDED, "X-CSRFToken": token.group(1), "Referer": "https://cabinet.example/sign-in"}
    browser.post("/sign-in", data=form, headers=headers)
    with reading() as session:
        assert session.scalars(select(SignInAttempt.address)).all() == [address]
    assert set(seen) == {begins}

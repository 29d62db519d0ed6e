"""A person of the tests with their browser: what they fetch is checked as a page, what they send carries the form's token."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from tests.page_check import check_fragment, check_page


class Persona:
    """One person, signed in on one device."""

    def __init__(self, app: Flask, person_id: int) -> None:
        """Sign the person in, step-up included."""
        self.app = app
        self.person_id = person_id
        with transaction() as session:
            person = session.get_one(Person, person_id)
            self.language = person.language
            self.token = sessions.start(session, person, device="tests", address="127.0.0.1", stepped_up=True)
        self.browser = app.test_client()
        self.browser.set_cookie("ecabinet", self.token, domain="localhost")
        self._form_token: str | None = None

    def actor(self) -> Actor:
        """Return who the database says this is now."""
        with reading() as session:
            signed = sessions.signed_in_by(session, self.token)
        assert signed is not None
        return signed.actor

    def get(self, address: str, status: int = HTTPStatus.OK, **options: Any) -> TestResponse:
        """Fetch a page or a fragment; it is checked."""
        answer = self.browser.get(address, **options)
        assert answer.status_code == status, (
            f"GET {address}: {answer.status} {answer.text[:300] if answer.is_json else ''}"
        )
        self._check(answer)
        return answer

    def post(
        self,
        address: str,
        form: Mapping[str, Any] | None = None,
        *,
        json: Any = None,
        status: int | None = None,
        **options: Any,
    ) -> TestResponse:
        """Send a form (or JSON) with the token; by default it must be accepted."""
        headers = {"X-CSRFToken": self.form_token(), **options.pop("headers", {})}
        answer = self.browser.post(address, data=form, json=json, headers=headers, **options)
        accepted = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))[:600]
        assert answer.status_code in accepted if status is None else answer.status_code == status, (
            f"POST {address}: {answer.status} {said}"
        )
        self._check(answer)
        return answer

    def refused(
        self,
        address: str,
        form: Mapping[str, Any] | None = None,
        *,
        json: Any = None,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> str:
        """Send what must be refused, as the page's script does, and return the sentence."""
        answer = self.post(
            address, form, json=json, status=status, headers={} if json is not None else {"HX-Request": "true"}
        )
        return str(answer.get_json()["message"]) if answer.is_json else answer.text

    def form_token(self) -> str:
        """Return the token against forged forms, from a page as a browser gets it."""
        if self._form_token is None:
            found = re.search(r'name="csrf-token" content="([^"]+)"', self.browser.get("/sign-in/devices").text)
            assert found is not None, "the page carries no token for its forms"
            self._form_token = found.group(1)
        return self._form_token

    def _check(self, answer: TestResponse) -> None:
        if answer.mimetype != "text/html" or answer.status_code in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
            return
        if answer.text.lstrip().lower().startswith("<!doctype"):
            check_page(answer.text, self.language)
        elif answer.text.strip():
            check_fragment(answer.text, self.language)

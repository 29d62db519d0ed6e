"""Every route, held against those who have no business there: an outsider who is signed in, and nobody at all."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from flask import Flask
from werkzeug.routing import Rule

from ecabinet import gate
from ecabinet.gate import PUBLIC
from tests.persona import Persona

# Who is let in is decided before the database is asked for anything.
pytestmark = pytest.mark.any_database

# What anybody who is signed in may do: their own account and devices, their own notices and ballots, the page of what waits for them.
OWN = {
    "desk.home",
    "desk.waiting",
    "account.notices",
    "account.mark_read",
    "account.prefer",
    "my_ballots.index",
}
OWN_BLUEPRINTS = ("sign_in", "preferences")


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with every method it answers."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method


def address(rule: Rule) -> str:
    """An address of the rule, its numbers those of things that may well exist."""
    text = rule.rule
    for name in rule.arguments:
        converter = "1" if f"<int:{name}>" in text else "x"
        text = (
            text.replace(f"<int:{name}>", converter)
            .replace(f"<path:{name}>", converter)
            .replace(f"<{name}>", converter)
        )
    return text


@pytest.mark.usefixtures("running")
def test_an_outsider_gets_403_or_404_from_every_route_that_is_not_their_own(app: Flask, outsider: Persona) -> None:
    let_in: list[str] = []
    token = outsider.form_token()
    for rule, method in routes(app):
        own = rule.endpoint in OWN or rule.endpoint.partition(".")[0] in OWN_BLUEPRINTS
        if own or rule.endpoint == "static" or gate.needed_by(app, rule.endpoint) is PUBLIC:
            continue
        answer = outsider.browser.open(address(rule), method=method, headers={"X-CSRFToken": token})
        if answer.status_code not in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            let_in.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not let_in


@pytest.mark.usefixtures("running")
def test_nobody_is_led_to_the_sign_in_from_every_route_that_is_not_public(app: Flask) -> None:
    browser = app.test_client()
    let_in: list[str] = []
    for rule, method in routes(app):
        if rule.endpoint == "static" or gate.needed_by(app, rule.endpoint) is PUBLIC:
            continue
        answer = browser.open(address(rule), method=method)
        to_sign_in = answer.status_code == HTTPStatus.FOUND and answer.location.startswith("/sign-in")
        if not to_sign_in and answer.status_code not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST):
            let_in.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not let_in


@pytest.mark.usefixtures("running")
def test_no_form_is_accepted_without_its_token(app: Flask, secretary: Persona) -> None:
    accepted: list[str] = []
    for rule, method in routes(app):
        if method == "POST":
            answer = secretary.browser.post(address(rule))
            if answer.status_code not in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                accepted.append(f"{rule.rule}: {answer.status_code}")
    assert not accepted


@pytest.mark.both_databases
@pytest.mark.usefixtures("running")
def test_no_request_however_wrong_answers_with_a_server_error(app: Flask, secretary: Persona, chair: Persona) -> None:
    wrong: list[str] = []
    odd = {
        "title": "x" * 5000,
        "revision": "9" * 30,
        "matter": "-1",
        "kind": "\0",
        "item": "ä",
        "number": "NaN",
        "cast_id": "☃",
    }
    for person in (secretary, chair):
        token = person.form_token()
        for rule, method in routes(app):
            if rule.endpoint == "sign_in.sign_out":
                continue
            for options in (
                ({"data": odd}, {"json": odd}, {"json": [1, 2]}) if method == "POST" else ({"query_string": odd},)
            ):
                answer = person.browser.open(address(rule), method=method, headers={"X-CSRFToken": token}, **options)
                if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    wrong.append(f"{method} {rule.rule} {list(options)}: {answer.status_code}")
    assert not wrong

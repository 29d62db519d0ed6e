"""Handing text messages over: to a gateway that takes JSON over HTTP, or into a folder where there is none."""

import json
import ssl
import urllib.error
import urllib.request
from email.message import Message as Headers
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from ecabinet.notices.carriers import Carrier, Fate, Message, NotCarried, Trouble, into_folder

SECONDS_TO_ANSWER = 20
LARGEST_ANSWER = 64 * 1024
TRY_AGAIN = (408, 425, 429)  # the gateway asks for patience


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: the token and the number are for this gateway alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Headers, newurl: str
    ) -> None:
        """Follow nowhere."""


def carrier_for(url: str | None, token: str | None, folder: Path) -> Carrier:
    """Return what carries text messages: to the gateway at this address, or as files into the folder that it names, or into `folder`.

    The gateway gets `{"to": …, "text": …}` with the token as bearer and the message's key as `Idempotency-Key`, so that the same twice is one.
    """
    address = urlsplit(url or "file:")
    if address.scheme == "file":
        chosen = Path(unquote(address.path)) if address.path else folder

        def to_folder(message: Message) -> None:
            into_folder(chosen, f"{message.key}.sms", f"{message.recipient}\n\n{message.text}\n".encode())

        return Carrier(to_folder, is_idempotent=True)
    opener = urllib.request.build_opener(
        _Stays, urllib.request.HTTPSHandler(context=ssl.create_default_context()), urllib.request.ProxyHandler({})
    )

    def to_gateway(message: Message) -> None:
        _post(opener, _request(address.geturl(), token, message))

    return Carrier(to_gateway, is_idempotent=True)


def _request(url: str, token: str | None, message: Message) -> urllib.request.Request:
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    content = json.dumps({"to": message.recipient, "text": message.text}, ensure_ascii=False).encode()
    return urllib.request.Request(url, data=content, headers=headers, method="POST")  # noqa: S310 - the configuration admits http:// and https:// alone


def _post(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> None:
    try:
        with opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
            answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            raise _trouble(error.code) from error
    except (OSError, HTTPException) as error:  # no connection, no answer in time, an answer that is none
        raise NotCarried(Trouble.NOT_REACHED, Fate.AGAIN) from error


def _trouble(code: int) -> NotCarried:
    if code >= 500 or code in TRY_AGAIN:
        return NotCarried(Trouble.PUT_OFF, Fate.AGAIN, code)
    if code < 400:
        return NotCarried(Trouble.REDIRECTED, Fate.NEVER, code)
    return NotCarried(Trouble.REFUSED, Fate.NEVER, code)

"""What a reader prefers: the language."""

from flask import Blueprint, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from ecabinet.database import transaction
from ecabinet.gate import PUBLIC, actor, requires
from ecabinet.pages import local_path
from ecabinet.sign_in import cookies, service

bp = Blueprint("preferences", __name__)


@bp.post("/language")
@requires(PUBLIC)
def language() -> ResponseReturnValue:
    """Change the reader's language and go back; one that is not offered changes nothing."""
    answer = make_response(redirect(local_path(request.form.get("back", ""), "/")))
    wanted = request.form.get("language", "")
    if wanted not in current_app.config["LANGUAGES"]:
        return answer
    if g.signed is not None:
        with transaction() as session:
            service.speak(session, actor(), wanted)
    return cookies.set_language(answer, wanted)

"""The composition root: the only place that knows every room. Nobody imports it."""

from flask import Flask
from flask_babel import Babel
from flask_socketio import SocketIO
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

import demonstration.views
from agenda_docs import live as agenda_docs_live
from agenda_docs import views as agenda_docs_views
from desk import hall as desk_hall
from desk import live as desk_live
from desk import navigation
from desk import views as desk_views
from ecabinet import answers, audit_views, database, gate, health, news, pages, pulse, sockets
from ecabinet.config import PROJECT, Config, Mode, make_private, or_end
from ecabinet.notices import views as notice_views
from ecabinet.organisation import views as organisation_views
from ecabinet.sign_in import relying_party
from ecabinet.sign_in import views as sign_in_views
from meetings import live as meetings_live
from meetings import views as meetings_views
from outcomes import views as outcomes_views
from voting import live as voting_live
from voting import views as voting_views
from voting.proof import starting

LARGEST_UPLOAD = 101 * 1024 * 1024


class DatabaseInteger(IntegerConverter):
    """A number in an address that a database can hold; a larger one is a page that does not exist."""

    def __init__(self, *arguments: object, **options: object) -> None:
        """Bound the number."""
        options.setdefault("max", 2**31 - 1)
        super().__init__(*arguments, **options)  # type: ignore[arg-type]


def create_app(config: Config) -> Flask:
    """Build the application for one configuration."""
    app = Flask(
        "ecabinet",
        root_path=str(PROJECT),
        static_folder=str(pages.DIST),
        static_url_path="/static",
        template_folder="templates",
    )
    app.url_map.converters["int"] = DatabaseInteger
    app.extensions["config"] = config
    app.config.update(
        SECRET_KEY=config.secret_key,
        LANGUAGES=pages.LANGUAGES,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-form" if config.secure else "form",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        BABEL_TRANSLATION_DIRECTORIES=str(PROJECT / "translations"),
    )
    make_private(config.instance)
    database.connect(config.database_url)
    starting.start(config)
    relying_party.serve(config.origins)
    Babel(app, locale_selector=pages.chosen_language, default_locale="en")
    CSRFProtect(app)
    app.before_request(gate.check)
    pages.register(app)
    answers.register(app)
    _register_rooms(app, config)
    _attach_sockets(app, config)
    _trust_proxies(app, config.proxies)
    return app


def _trust_proxies(app: Flask, proxies: int) -> None:
    """Believe what so many proxies say of address, scheme and host; the outermost layer, so that sockets see the same as pages."""
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]  # Flask's own way


def _register_rooms(app: Flask, config: Config) -> None:
    for views in (
        audit_views,
        health,
        notice_views,
        sign_in_views,
        organisation_views,
        agenda_docs_views,
        meetings_views,
        voting_views,
        outcomes_views,
        desk_views,
        desk_hall,
    ):
        for blueprint in views.BLUEPRINTS:
            app.register_blueprint(blueprint)
    app.context_processor(navigation.for_pages)
    if config.mode is not Mode.PRODUCTION:
        app.register_blueprint(demonstration.views.bp)


def _attach_sockets(app: Flask, config: Config) -> None:
    socketio = SocketIO(
        app,
        cors_allowed_origins=list(config.origins),
        message_queue=config.redis_url,
        manage_session=False,
        ping_interval=20,
        ping_timeout=20,
        max_http_buffer_size=16 * 1024,
    )
    sockets.start(
        app,
        socketio,
        {
            "meeting": meetings_live.follow,
            "agenda": meetings_live.follow_draft,
            "hall": meetings_live.follow_hall,
            "matters": agenda_docs_live.follow,
            "opinion": voting_live.follow_opinion,
            "desk": desk_live.follow,
        },
        meetings_live.admits_hall,
    )


def start_loops(app: Flask) -> None:
    """Start what runs beside the requests of a server process: news, figures, the watch over revoked sessions."""
    listening: sockets.Sockets = app.extensions["sockets"]
    socketio = listening.socketio
    socketio.start_background_task(news.send_for_ever, listening.send)
    socketio.start_background_task(pulse.send_for_ever, listening.send_pulse, socketio.sleep)
    socketio.start_background_task(listening.drop_revoked_for_ever)


def __getattr__(name: str) -> Flask:
    """Build `app` when a server asks for it (`gunicorn app:app`), not when a test imports this module."""
    if name == "app":
        return create_app(or_end())
    raise AttributeError(name)

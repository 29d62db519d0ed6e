"""A server that does nothing but broadcast: the floor beside which the news of a close is measured."""

import gc
import time

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, cors_allowed_origins="*", ping_interval=20, ping_timeout=20)
STATE = {"stream": "meeting:1", "number": 1, "kind": "question", "question": 1, "item": 1, "state": "closed"}


@app.get("/")
def ready() -> str:
    """Answer that the server is there; from here on nothing that was loaded is looked at by the collector."""
    gc.collect()
    gc.freeze()
    return "ready"


@app.get("/broadcast")
def broadcast() -> str:
    """Send one piece of news of the size of a close to every socket, and answer when that began."""
    began = time.time()
    socketio.emit("news", {**STATE, "outcome": "pass", "yes": 1, "no": 0, "abstain": 0, "other": 0})
    return repr(began)

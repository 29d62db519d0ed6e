"""The blueprint that the views of signing in share."""

from flask import Blueprint

bp = Blueprint("sign_in", __name__)

"""The pages that readers see."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def front() -> str:
    return "The journal.\n"

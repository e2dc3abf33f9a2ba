"""The pages, one module or package per audience."""

from flask import Flask

from app.extensions import csrf


def register(app: Flask) -> None:
    """Give the app its pages, as far as its surface has them."""
    from app.views import (
        admin,
        browser,
        candidate,
        demo,
        errors,
        health,
        public,
        verified,
        verifier,
    )

    surface = app.config["ESITO_SURFACE"]
    app.register_blueprint(health.pages)
    csrf.exempt(health.pages)
    if surface in ("all", "public"):
        app.register_blueprint(public.pages)
        app.register_blueprint(verified.pages)
        app.register_blueprint(candidate.pages)
        app.register_blueprint(verifier.pages)
    if app.config["ESITO_ENV"] == "demo":
        app.register_blueprint(demo.pages)
    if surface in ("all", "office"):
        admin.register(app)
    errors.register(app)
    browser.register(app)

"""Esito publishes exam results and lets those who rely on them verify them."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import cli, database, views
from app.extensions import bootstrap, csrf, db, mail, migrate
from app.services import installation
from app.views.templating import Pages


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the application, configured from the environment and `settings`."""
    app = Flask(__name__)
    app.jinja_environment = Pages
    app.config.from_mapping(config.read(os.environ))
    app.config.from_mapping(settings or {})
    config.refuse_unsafe(app.config, debug=app.debug)
    try:
        app.config["ESITO_DATA_DIR"].mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise config.BadSetting(f"ESITO_DATA_DIR: {problem}") from problem

    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    csrf.init_app(app)
    mail.init_app(app)
    bootstrap.init_app(app)
    with app.app_context():
        database.set_up_engine(db.engine)
        installation.require_own_kind()
        views.register(app)
    cli.register(app)

    proxies = app.config["ESITO_TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    return app

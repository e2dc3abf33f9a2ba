"""The third-party extensions, made once and bound to an app in `create_app`."""

from flask_appbuilder import Model
from flask_babel.speaklater import LazyString
from flask_bootstrap import Bootstrap5
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from markupsafe import escape

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# One metadata for Alembic, Flask-AppBuilder and Esito. Objects stay loaded after a
# commit: a guard's account is still readable once a service has committed.
db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})
migrate = Migrate()
csrf = CSRFProtect()
mail = Mail()
bootstrap = Bootstrap5()

# A lazy text may hold what somebody typed; the library lets it into pages unescaped.
LazyString.__html__ = lambda text: escape(str(text))

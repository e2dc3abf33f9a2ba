"""The way to the mail server: it proves who it is, and never keeps us waiting long."""

import smtplib
import ssl

from flask import current_app
from flask_mail import Connection

# Seconds for each answer of the server; without a limit one silent server would stop
# every message of the service.
PATIENCE = 20


class VerifiedConnection(Connection):
    """A connection with a time limit, and with TLS that checks the certificate."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in, as the settings say; close when it fails."""
        to = self.mail
        host = _dial(to.server, to.port, encrypted=to.use_ssl)
        try:
            host.ehlo_or_helo_if_needed()
            if to.use_tls:
                host.starttls(context=ssl.create_default_context())
            if to.username and to.password:
                host.login(to.username, to.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *_exception: object) -> None:
        """Say goodbye; a server that has gone already is let go."""
        if self.host is not None:
            try:
                self.host.quit()
            except OSError:
                self.host.close()

    @property
    def lost(self) -> bool:
        """Tell whether the server has hung up."""
        return self.host is not None and self.host.sock is None


def connection() -> VerifiedConnection:
    """Return a connection to the server of ESITO_MAIL_URL, opened by `with`."""
    return VerifiedConnection(current_app.extensions["mail"])


def _dial(server: str, port: int, *, encrypted: bool) -> smtplib.SMTP:
    if encrypted:
        return smtplib.SMTP_SSL(
            server, port, timeout=PATIENCE, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server, port, timeout=PATIENCE)

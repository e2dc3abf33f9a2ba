"""Authenticator apps: a code beside the password, taken once, and never guessed.

docs/decisions/0018-second-factor.md says whom it is asked of, and what somebody does
who has lost app and codes. What a code is stands in codes.py.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import RecoveryCode, SecondFactor, User
from app.services import audit, known_browsers, rights, signins, throttle
from app.services.doors import Door
from app.services.factors import codes, held, letters
from app.services.factors.held import UNFINISHED as UNFINISHED
from app.services.factors.held import of as of
from app.services.factors.held import required as required
from app.services.factors.held import started as started
from app.services.factors.held import unused_codes as unused_codes
from app.services.rights import Act
from app.services.signins import Person
from app.transactions import atomic
from app.values import AuditAction

WRONG = _l(
    "This code is not right, or it has been used already. Wait until your app shows the"
    " next one, and type that."
)
NONE = _l("There is no authenticator app.")
BEGIN_AGAIN = _l("This was not finished in time. Please begin again.")


# --- Setting one up -------------------------------------------------------------------


def begin(
    person: Person, password: str, *, address: str, at: datetime
) -> codes.SecretShown:
    """Make a secret for somebody's app, for whoever knows their password.

    It counts from the first right code on; what was begun before is forgotten.
    """
    signins.require_password(person, password, field="password", address=address, at=at)
    secret = codes.new_secret()
    with atomic() as tx:
        tx.execute(
            delete(SecondFactor).where(
                held.whose(person), SecondFactor.confirmed_at.is_(None)
            )
        )
        factor = SecondFactor(
            **{held.column(person): person.id},
            secret=codes.sealed(person, secret),
            made_at=at,
        )
        try:
            with tx.begin_nested():
                tx.add(factor)
        except IntegrityError:
            raise Conflict(_l("There is an authenticator app already.")) from None
    return codes.shown(person, secret)


def shown(person: Person, *, at: datetime) -> codes.SecretShown | None:
    """Return what the app needs, while somebody is setting it up."""
    factor = started(person, at=at)
    return codes.shown(person, codes.opened(person, factor)) if factor else None


def confirm(
    person: Person, typed: str, *, address: str, at: datetime, browser: str = ""
) -> list[str]:
    """Let the app count from now on, as it shows the right code.

    Returns the recovery codes, which nobody sees again. Browsers that are signed in
    stay signed in.
    """
    known = _charge(person, address, at, browser)
    fresh = codes.new_recovery_codes()
    with atomic() as tx:
        factor = started(person, at=at)
        if factor is None:
            raise Conflict(BEGIN_AGAIN)
        step = codes.step(codes.opened(person, factor), typed, at=at, after=0)
        if step is None:
            raise Refused(WRONG, field="code")
        done = tx.execute(
            update(SecondFactor)
            .where(SecondFactor.id == factor.id, SecondFactor.confirmed_at.is_(None))
            .values(confirmed_at=at, last_step=step)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("There is an authenticator app already."))
        _keep(factor, fresh)
        letters.trace(AuditAction.factor_added, person, by=person, at=at)
    _give_back(person, address, known)
    return fresh


# --- Showing a code -------------------------------------------------------------------


def admit(
    person: Person, typed: str, *, address: str, at: datetime, browser: str = ""
) -> None:
    """Take a code of the app, or a recovery code, or refuse with one sentence.

    The try is charged before the code is looked at, and given back when it was right.
    """
    known = _charge(person, address, at, browser)
    if not right(person, typed, at=at):
        raise Refused(WRONG, field="code", status=401)
    _give_back(person, address, known)


def right(person: Person, typed: str, *, at: datetime) -> bool:
    """Take a code if it is right: each one counts once, for whoever is first.

    A code of the app is of the present half minute, the one before or the one after,
    and later than the last one that was taken.
    """
    with atomic() as tx:
        factor = of(person)
        if factor is None:
            return False
        if not codes.is_of_app(typed):
            return _recovered(person, factor, typed, at)
        secret = codes.opened(person, factor)
        step = codes.step(secret, typed, at=at, after=factor.last_step)
        if step is None:
            return False
        taken = tx.execute(
            update(SecondFactor)
            .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
            .values(last_step=step)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def _recovered(person: Person, factor: SecondFactor, typed: str, at: datetime) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.factor_id == factor.id,
            RecoveryCode.code_hash == codes.hashed(factor.id, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        return False
    left = unused_codes(factor)
    letters.trace(
        AuditAction.recovery_code_used, person, by=person, at=at, left=str(left)
    )
    return True


# --- Changing and removing one --------------------------------------------------------


def new_codes(
    person: Person, password: str, typed: str, *, address: str, at: datetime
) -> list[str]:
    """Make ten recovery codes anew; those before them are worthless from now on."""
    _require_both(person, password, typed, address=address, at=at)
    fresh = codes.new_recovery_codes()
    with atomic() as tx:
        factor = of(person)
        if factor is None:
            raise Conflict(NONE)
        tx.execute(delete(RecoveryCode).where(RecoveryCode.factor_id == factor.id))
        _keep(factor, fresh)
        letters.trace(AuditAction.recovery_codes_renewed, person, by=person, at=at)
    return fresh


def remove(
    person: Person, password: str, typed: str, *, address: str, at: datetime
) -> None:
    """Let a person's own password be enough again; both are asked for a last time."""
    _require_both(person, password, typed, address=address, at=at)
    _remove(person, by=person, at=at)


def remove_for(person: Person, *, by: User | None, at: datetime) -> None:
    """Remove the app of somebody who has lost it, and sign them out everywhere.

    Nobody does it for themselves: that takes password and code. None as `by` is the
    command of whoever runs the service.
    """
    if by is not None:
        rights.require(by, Act.remove_factor)
        if isinstance(person, User) and person.id == by.id:
            raise Refused(_l("Remove your own on the page of your account."))
    with atomic():
        _remove(person, by=by, at=at)
        signins.end_all(person, at=at)


def forget(person: Person) -> None:
    """Delete what there is, as the person leaves; joins the caller's transaction."""
    with atomic() as tx:
        tx.execute(delete(SecondFactor).where(held.whose(person)))


def forget_unfinished(*, at: datetime) -> int:
    """Delete what nobody finished setting up within a day; return how many."""
    with atomic() as tx:
        gone = tx.execute(
            delete(SecondFactor).where(
                SecondFactor.confirmed_at.is_(None),
                SecondFactor.made_at <= at - UNFINISHED,
            )
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _remove(person: Person, *, by: Person | None, at: datetime) -> None:
    with atomic() as tx:
        gone = tx.execute(
            delete(SecondFactor).where(
                held.whose(person), SecondFactor.confirmed_at.is_not(None)
            )
        )
        if not gone.rowcount:  # type: ignore[attr-defined]
            raise Conflict(NONE)
        letters.trace(AuditAction.factor_removed, person, by=by, at=at)


def _require_both(
    person: Person, password: str, typed: str, *, address: str, at: datetime
) -> None:
    signins.require_password(person, password, field="password", address=address, at=at)
    admit(person, typed, address=address, at=at)


# --- What all of it shares ------------------------------------------------------------


def _charge(person: Person, address: str, at: datetime, browser: str) -> str:
    """Charge one try; return what the limiter calls this browser, if it is known."""
    known = known_browsers.name([person], browser, at=at) if browser else ""
    name = audit.actor_name(person)
    throttle.charge(Door.second_factor, name, address, at=at, known=known)
    return known


def _give_back(person: Person, address: str, known: str) -> None:
    name = audit.actor_name(person)
    throttle.give_back(Door.second_factor, name, address, known=known)


def _keep(factor: SecondFactor, fresh: list[str]) -> None:
    db.session.add_all(
        RecoveryCode(factor_id=factor.id, code_hash=codes.hashed(factor.id, one))
        for one in fresh
    )

"""What a database failure means to a caller: one table from SQLSTATE to our errors, used by both paths."""

from pg8000 import dbapi

from shared.errors import InvalidInput, ObsidianListError, Unauthenticated, Unavailable

_TRY_AGAIN = {"40001", "40P01", "55P03", "57014", "25P03", "25006", "0A000"}
_TRY_AGAIN_CLASSES = {"08", "53", "57", "58"}
_NO_SUCH_ROW = "23503"
_BAD_VALUE = {"22021", "22P02", "22P05", "22003", "22007", "22008", "22001", "54000"}


def sqlstate(error: BaseException) -> str:
    """Return the five-character SQLSTATE of pg8000's error, or an empty string."""
    details = error.args[0] if error.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def constraint(error: BaseException) -> str:
    """Return the name of the violated constraint, or an empty string."""
    details = error.args[0] if error.args else None
    return str(details.get("n", "")) if isinstance(details, dict) else ""


def translate(error: BaseException) -> ObsidianListError | None:
    """Return our error for pg8000's, or ``None`` where the failure is a bug of ours and must surface as one."""
    code = sqlstate(error)
    if code in _TRY_AGAIN or code[:2] in _TRY_AGAIN_CLASSES or isinstance(error, dbapi.InterfaceError | OSError):
        return Unavailable()
    if code in _BAD_VALUE:
        return InvalidInput("a value cannot be stored: it has characters or a size the database refuses")
    if code == _NO_SUCH_ROW and constraint(error).endswith("_user_id_fkey"):
        # An access token outlives its account by some minutes; whatever it writes has nobody to belong to.
        return Unauthenticated(
            "This account no longer exists.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )
    return None

"""Why git, hg and their kin failed, told by what they wrote to standard error.

git speaks the user's language; go does not change that. What decides is what git, ssh and curl never translate:
host names, `Username for 'https://…'`, `Permission denied (publickey`, `safe.directory`, curl's own errors.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a version control tool failed, as its standard error tells."""

    NO_CREDENTIALS = "no credentials, and no prompt allowed"
    BAD_CREDENTIALS = "credentials not accepted"
    HOST_KEY = "ssh does not know the host key"
    SSH_AUTH = "ssh key not accepted"
    NOT_FOUND = "repository not found"
    NETWORK = "network"
    CERTIFICATE = "certificate not accepted"
    DUBIOUS_OWNERSHIP = "repository owned by someone else"
    NO_SUCH_REF = "no such revision at the remote"
    CACHE_CORRUPT = "damaged repository in the module cache"
    OTHER = "other"


# In this order: the first sign that shows decides. All are words that git, ssh, curl and the servers do not translate,
# except for NOT_FOUND, where git's own sentence is known in eight languages.
_SIGNS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (Reason.DUBIOUS_OWNERSHIP, ("safe.directory", "dubious ownership", "unsafe repository")),
    (
        Reason.HOST_KEY,
        ("Host key verification failed", "HOST IDENTIFICATION HAS CHANGED", "authenticity of host", "host key is known"),
    ),
    (Reason.SSH_AUTH, ("Permission denied (", "Too many authentication failures", "sign_and_send_pubkey", "Load key ")),
    (Reason.NO_CREDENTIALS, ("terminal prompts disabled", "Username for '", "Password for '", "Username for https", "askpass")),
    (
        Reason.BAD_CREDENTIALS,
        (
            "Authentication failed", "Access denied", "Invalid username or", "returned error: 403", "returned error: 401",
            "Support for password authentication", "Bad credentials", "Logon failed", "Write access to repository not granted",
        ),
    ),
    (
        Reason.CERTIFICATE,
        ("SSL certificate problem", "certificate verif", "SEC_E_UNTRUSTED_ROOT", "SSL: no alternative"),
    ),
    (
        Reason.NETWORK,
        (
            "Failed to connect to", "Could not resolve", "Couldn't connect", "Connection timed out", "Operation timed out",
            "Connection refused", "Connection reset", "RPC failed", "early EOF", "ssh: connect to host", "SSL_ERROR",
            "Network is unreachable", "gnutls_handshake", "SSL_connect", "kex_exchange_identification", "Connection closed by",
            "Empty reply", "Operation too slow", "CONNECT aborted", "from proxy after CONNECT", "HTTP/2 stream", "schannel",
            "SSL_read", "GnuTLS recv error", "hung up unexpectedly", "returned error: 50",
            "Resolving timed out", "transfer closed",
        ),
    ),
    (
        Reason.NOT_FOUND,
        (
            "epository not found", "does not appear to be a git repository", "returned error: 404", "could not be found",
            "' not found", "nicht gefunden", "未找到", "non trouvé", "introuvable", "no encontrado", "não encontrado",
            "見つかりません", "не найден", "찾을 수 없", "does not exist", "not exist",
        ),
    ),
    (Reason.NO_SUCH_REF, ("remote ref", "refs/", "not our ref")),
    (
        Reason.CACHE_CORRUPT,
        ("shallow file has changed", "bad object", "expected shallow list", "not a git repository", "loose object"),
    ),
)  # fmt: skip


def reason_of(stderr: tuple[str, ...]) -> Reason:
    """What a tool's standard error tells, in whatever language."""
    said = "\n".join(stderr)
    for reason, signs in _SIGNS:
        if any(sign in said for sign in signs):
            return reason
    return Reason.OTHER

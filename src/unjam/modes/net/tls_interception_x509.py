"""The server's certificate is not one that this machine trusts.

You see: `x509: certificate signed by unknown authority`, since Go 1.20 after `tls: failed to verify certificate:`; also
`certificate has expired` or `certificate is valid for …, not …`.

Why: a company gateway opens TLS and signs with an authority of its own, or the server uses a private one, or a
container has no certificates at all, or its clock is wrong. It may also be an attack, and go cannot tell: that is why it
stops.

The fix: none that unjam may make: whom to trust is yours to decide. Put the authority's certificate into the system's
store, or name it with SSL_CERT_FILE, once you know whose it is. Never GOINSECURE or GONOSUMDB for this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unjam.facts.case import Case
from unjam.facts.printed import Printed
from unjam.golang.messages.net import Cause
from unjam.golang.url import Url
from unjam.model import Advice, Finding, Remedy
from unjam.modes.mode import ERROR, Mode
from unjam.modes.requests import failed, server_of

if TYPE_CHECKING:
    from unjam.lab.lab import Lab


def examine(case: Case) -> Iterator[Finding]:
    """A certificate that could not be verified."""
    for message, fact in failed(case, Cause.X509):
        says = f"the certificate of {server_of(message)} could not be verified: {message.detail}"
        yield Finding(server_of(message), says, fact.cites())


def remedy(finding: Finding, case: Case) -> Remedy:
    """Whose certificate is it; then trust it by name, never switch the check off."""
    server = Url(finding.subject if "://" in finding.subject else f"https://{finding.subject}")
    to = f"{server.hostname}:{server.port}" if " " not in finding.subject else "<host>:443"
    return Advice(
        "find out whose certificate it is, then trust that authority, or do not",
        (
            f"openssl s_client -connect {to} </dev/null | openssl x509 -noout -issuer -subject -dates   # whose, until when",
            "SSL_CERT_FILE=<your company's bundle with that authority> go …   # for one run",
            "for good: add it to the system's store (update-ca-certificates, or ca-certificates in the image)",
        ),
    )


def reproduce(lab: Lab) -> None:
    """A TLS proxy whose certificate is signed by an authority that nobody here knows."""
    from unjam.lab.faults.bad_certificate import BadCertificate

    lab.require(lab.module("example.com/lib"))
    sick = lab.proxy("sick", tls=True)
    sick.fault(BadCertificate())
    lab.use_goproxy(sick)


MODE = Mode(
    reads=(Printed,),
    examine=examine,
    remedy=remedy,
    reproduce=reproduce,
    seen_by=frozenset({ERROR}),
    offers="advice",
    masks=("sumdb-unreachable",),
)

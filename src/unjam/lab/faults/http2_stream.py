"""What goes wrong with one HTTP/2 stream, on a connection that is otherwise alive. HTTP/1.1 requests are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unjam.lab.faults.fault import Armed, Fault
from unjam.lab.faults.stall_after import StallAfter
from unjam.lab.http2 import INTERNAL_ERROR, Http2Exchange

if TYPE_CHECKING:
    from unjam.lab.wire import Exchange


@dataclass(frozen=True, slots=True)
class H2StreamSilence(Fault):
    """The stream gets no answer."""

    holds: ClassVar[bool] = True

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Say nothing on a stream until lifted."""
        if exchange.protocol == "HTTP/2":
            armed.hold()
        exchange.proceed()


@dataclass(frozen=True, slots=True)
class H2BodyStall(Fault):
    """The body stops after so many bytes."""

    bytes: int = 1
    holds: ClassVar[bool] = True

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Stall a stream until lifted."""
        if exchange.protocol == "HTTP/2":
            StallAfter(self.bytes).on_exchange(exchange, armed)
        else:
            exchange.proceed()


@dataclass(frozen=True, slots=True)
class H2StreamError(Fault):
    """RST_STREAM with this code (RFC 9113, section 7), instead of an answer or after so many bytes of it."""

    code: int = INTERNAL_ERROR
    after: int | None = None

    def on_exchange(self, exchange: Exchange, armed: Armed) -> None:
        """Reset a stream."""
        if not isinstance(exchange, Http2Exchange):
            exchange.proceed()
            return
        if self.after is not None:
            exchange.head(len(exchange.answer.body))
            exchange.body(exchange.answer.body[: self.after])
        exchange.reset_stream(self.code)

"""What the go command prints when it fails, as values: one file per area.

    messages = parse_messages(clean(raw).lines)

Written from Go's source, 1.11 to 1.27. A message says nothing about the cure, and nothing that the text does not say.
"""

from unjam.golang.messages.build import CompilerMissing, Downloading, GoError
from unjam.golang.messages.files import FileError, FileTrouble, ZipCorrupt
from unjam.golang.messages.message import Message, Purpose
from unjam.golang.messages.net import Cause, RequestError, classify, host_of, purpose_of
from unjam.golang.messages.parse import GoInSight, failed_requests, go_in_sight, parse_messages
from unjam.golang.messages.proxy import GoproxyOff, InvalidGoproxy, StatusError, WrongContent
from unjam.golang.messages.reason import Reason, reason_of
from unjam.golang.messages.sumdb import ChecksumMismatch, SumdbUnknown, SumdbUnreachable
from unjam.golang.messages.toolchain import ToolchainDownloading, ToolchainError, ToolchainTrouble
from unjam.golang.messages.vcs import (
    GitError,
    NoSecureProtocol,
    UnknownRevision,
    UnrecognizedImport,
    VcsMissing,
    VcsStatus,
)

__all__ = [
    "Cause",
    "ChecksumMismatch",
    "CompilerMissing",
    "Downloading",
    "FileError",
    "FileTrouble",
    "GitError",
    "GoError",
    "GoInSight",
    "GoproxyOff",
    "InvalidGoproxy",
    "Message",
    "NoSecureProtocol",
    "Purpose",
    "Reason",
    "RequestError",
    "StatusError",
    "SumdbUnknown",
    "SumdbUnreachable",
    "ToolchainDownloading",
    "ToolchainError",
    "ToolchainTrouble",
    "UnknownRevision",
    "UnrecognizedImport",
    "VcsMissing",
    "VcsStatus",
    "WrongContent",
    "ZipCorrupt",
    "classify",
    "failed_requests",
    "go_in_sight",
    "host_of",
    "parse_messages",
    "purpose_of",
    "reason_of",
]

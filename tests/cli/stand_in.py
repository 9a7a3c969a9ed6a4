"""A stand-in for go, where only the plumbing of `unjam go` is tested. Runs as a program; its words say what it does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def die(number: int) -> None:
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), number)
    time.sleep(60)


def stay(note: str) -> None:
    """Says that it is there, and stays until the file `note` appears beside it."""
    print("here", os.getpid(), file=sys.stderr, flush=True)
    while not Path(note).exists():
        time.sleep(0.02)


def orphan(path: str, detached: bool) -> None:
    """Starts a process that holds our standard error open, and writes its pid to `path`.

    Detached: in a session of its own, and its parent is gone at once.
    """
    code = "import time,sys; open(sys.argv[1],'w').write(str(__import__('os').getpid())); time.sleep(300)"
    argv = [sys.executable, "-S", "-c", code, path]
    if detached:
        subprocess.run(["/bin/sh", "-c", 'setsid "$@" & exit 0', "sh", *argv], stdout=subprocess.DEVNULL, check=True)
    else:
        subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    while not (Path(path).exists() and Path(path).read_text()):
        time.sleep(0.01)


def interrupts() -> None:
    """Counts SIGINT until SIGUSR1 comes, then prints how many came."""
    count = 0

    def more(*_: object) -> None:
        nonlocal count
        count += 1
        os.write(2, b"interrupt %d\n" % count)

    def tell(*_: object) -> None:
        print("interrupts", count, file=sys.stderr, flush=True)
        leave(count)

    signal.signal(signal.SIGINT, more)
    signal.signal(signal.SIGUSR1, tell)
    print("counting", os.getpid(), file=sys.stderr, flush=True)
    while True:
        time.sleep(0.05)


def main(words: list[str]) -> None:  # noqa: C901, PLR0915  one case per thing that go may do
    match words:
        case ["exit", code]:
            leave(int(code))
        case ["die", number]:
            die(int(number))
        case ["words", *rest]:
            print(rest)
        case ["--", *rest] | ["-C", *rest]:
            print(words)
        case ["cat"]:
            sys.stdout.write(sys.stdin.read())
        case ["bytes"]:
            os.write(2, b"\x00\xff\r\n\x1b[31mred\tno newline at the end")
        case ["flood", count]:
            for line in range(int(count)):
                os.write(2, b"%0127d\n" % line)
        case ["mixed", count]:
            for line in range(int(count)):
                os.write(1 + line % 2, b"%d\n" % line)
        case ["where"]:
            print("tty", os.isatty(0), os.isatty(1), os.isatty(2), file=sys.stderr)
            print("group", os.getpgrp(), "session", os.getsid(0), file=sys.stderr)
            variables = Path("/proc/self/environ").read_text().split("\0")[:-1]
            print("variables", sorted(each.partition("=")[0] for each in variables), file=sys.stderr)
            print("descriptors", [number for number in range(64) if is_open(number)], file=sys.stderr)
            status = Path("/proc/self/status").read_text().splitlines()
            masked = next(line for line in status if line.startswith("SigBlk"))
            print("blocked", int(masked.split()[1], 16), file=sys.stderr)
        case [("run" | "note"), path]:
            open_ones = {number: str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3) if is_open(number)}
            Path(path).write_bytes(repr(open_ones).encode() + b"\0" + Path("/proc/self/environ").read_bytes())
            os._exit(7)
        case ["size"]:
            print("size", *os.get_terminal_size(2), file=sys.stderr, flush=True)
            sys.stdin.readline()
            print("size", *os.get_terminal_size(2), file=sys.stderr, flush=True)
        case ["ask"]:
            with Path("/dev/tty").open("r+b", buffering=0) as terminal:
                terminal.write(b"who? ")
                print("it is", terminal.readline().decode().strip(), file=sys.stderr)
        case ["stay", note]:
            stay(note)
        case ["leave-behind", path]:
            orphan(path, detached=False)
            print("left", file=sys.stderr)
        case ["tree", first, second]:
            orphan(first, detached=False)
            orphan(second, detached=True)
            print("grown", file=sys.stderr, flush=True)
            time.sleep(300)
        case ["stubborn", path]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(path).write_text(str(os.getpid()))
            time.sleep(300)
        case ["interrupts"]:
            interrupts()
    leave(0)


main(sys.argv[1:])

"""The main job, on an embedded sick lab: a real `go mod tidy` hangs on a silent module proxy and is got moving again."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from unjam.lab.lab import Lab
from unjam.lab.toolchain import find_go
from unjam.modes import load

MODE = "net-proxy-accepts-never-answers"
UNJAM = Path(sys.executable).parent / "unjam"
INTERRUPTED = 130


def say(text: str) -> None:
    """A line of the narrator."""
    print(f"\n\033[1m# {text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def run(lab: Lab, *argv: str) -> int:
    """Show a command and run it in the lab, on this terminal."""
    print("$ " + " ".join(argv), flush=True)
    environment = lab.env | {"UNJAM_STATE": str(lab.folder / "state")}
    program = {"unjam": str(UNJAM), "go": str(lab.go)}[argv[0]]
    nobody = subprocess.DEVNULL  # nothing to type: the demo also runs where nobody sits
    return subprocess.run((program, *argv[1:]), cwd=lab.project, env=environment, stdin=nobody, check=False).returncode


def play(lab: Lab) -> bool:
    """Whether the command hung, was named, healed and undone."""
    load(MODE).reproduce(lab)
    say("A project whose first GOPROXY entry accepts connections and then says nothing. The real go, left alone:")
    print("$ go mod tidy", flush=True)
    stuck = lab.start()
    until = time.monotonic() + 4
    while time.monotonic() < until and not stuck.done:
        time.sleep(0.1)
    hangs = not stuck.done
    print(f"… {'4 seconds, not a word; it would hang for ever' if hangs else 'it did not hang'}.", flush=True)
    say("Another terminal: what does it wait for?")
    named = run(lab, "unjam", "attach", str(stuck.pid), "--stall", "3s")
    stuck.end()
    stuck.close()
    say("The same command, watched, with consent to a fix that changes whom this one run asks:")
    code = run(lab, "unjam", "go", "--stall", "3s", "--deadline", "1m", "--heal=ask", "mod", "tidy")
    say("What was changed, and how it is taken back:")
    run(lab, "unjam", "undo", "--list")
    undone = run(lab, "unjam", "undo")
    return hangs and named == 1 and code == 0 and undone == 0


def main() -> int:
    """Exit code 0 when all of it came true."""
    try:
        with Lab(find_go("1.27")) as lab:
            well = play(lab)
    except KeyboardInterrupt:
        say("Interrupted: all that was started has been ended.")
        return INTERRUPTED
    say("The go command hung, unjam named the cause, healed it, and took the fix back." if well else "The demo FAILED.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())

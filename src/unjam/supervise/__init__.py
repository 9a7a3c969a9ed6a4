"""Run a go command as if it ran alone, watch its progress, notice the stall, and hand over to `diagnose`.

    run        start, listen, watch, and the outcome
    watch      when to look, whom to tell, when to end it
    schedule   when the next look is due
    progress   the cheap counters, and how far the work is
    rerun      whether a second run would go unnoticed
    words      the words of a go command; the `-x` that may be added, and its lines taken out again
    outcome    what it is called: Outcome, Options, Listener
"""

from unjam.supervise.outcome import Listener, LookAt, Options, Outcome, Silent, State
from unjam.supervise.run import again, run
from unjam.supervise.running import Read

__all__ = ["Listener", "LookAt", "Options", "Outcome", "Read", "Silent", "State", "again", "run"]

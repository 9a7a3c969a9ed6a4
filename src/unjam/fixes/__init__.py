"""The few kinds of change, each knowing how it is taken back, and the journal that remembers them on disk.

    one_run_environment   variables for the next run of the command only; nothing on disk changes
    project_files         go.mod, go.sum and their kin, as they were before a healed run
    move_aside            a damaged cache entry renamed, so that go fetches it anew
    end_process           the one change without an undo: always asked for
"""

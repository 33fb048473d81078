"""A driver in a process of its own, for tests that interrupt or kill it: ``drive.py FOLDER TASKS SECONDS [WORKERS]``.

Prints what came back as JSON, also when it was interrupted.
"""

from __future__ import annotations

import json
import resource
import sys

from diffdalec.workflows.execution import Outcome, run_tasks


def main() -> None:
    folder, number, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    workers = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    back: list[int] = []

    def keep(outcome: Outcome) -> None:
        back.append(outcome.value)

    found = {"interrupted": False, "deaths": 0, "failures": 0}
    try:
        if folder == "none":
            summary = run_tasks("execution_tasks:square", range(number), workers=workers, on_result=keep)
        else:
            tasks = [(folder, i, seconds) for i in range(number)]
            summary = run_tasks("execution_tasks:write_square", tasks, workers=workers, on_result=keep)
        found |= {"deaths": len(summary.deaths), "failures": len(summary.failures), "seconds": summary.seconds}
    except KeyboardInterrupt:
        found["interrupted"] = True
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**found, "back": len(back), "total": sum(back), "peak": peak}), flush=True)


if __name__ == "__main__":
    main()

"""The command ``diffdalec``: exit code 2 and one sentence on bad input, 130 on interrupt."""

from __future__ import annotations

import os
import sys

from .errors import InputError

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    # XLA would hand the daily step's small operations to a thread pool, which costs more than it saves.
    flag = "--xla_cpu_multi_thread_eigen"
    if flag not in os.environ.get("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}=false".strip()
    from .cli import app

    try:
        app()
    except InputError as error:
        print(f"diffdalec: {error}", file=sys.stderr)
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # the command line library has turned the interrupt into its exit code
            print("diffdalec: interrupted; run the same command again to go on from here", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()

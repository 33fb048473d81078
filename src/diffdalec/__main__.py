"""The command ``diffdalec``: exit code 2 and one sentence on bad input, 130 on interrupt."""

from __future__ import annotations

import os
import sys

from .errors import InputError


def main() -> None:
    """Run the command line."""
    # XLA would hand the daily step's small operations to a thread pool, which costs more than it saves.
    flag = "--xla_cpu_multi_thread_eigen"
    if flag not in os.environ.get("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}=false".strip()
    from .cli import app

    try:
        app(standalone_mode=True)
    except InputError as error:
        print(f"diffdalec: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("diffdalec: interrupted; run the same command again to go on from here", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()

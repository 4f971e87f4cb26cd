"""``python -m demo.code``: the second step's code that is good now, for all demo accounts."""

from __future__ import annotations

from demo.signing_in import code_now

if __name__ == "__main__":
    print(code_now())

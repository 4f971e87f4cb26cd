"""What the tests of this room share."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def ssh_keygen() -> str:
    """Return the path of OpenSSH's ssh-keygen; tests that use it are marked ``stock``."""
    found = shutil.which("ssh-keygen")
    if found is None:
        pytest.skip("ssh-keygen is not here: nothing was compared with it")
    return found

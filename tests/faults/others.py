"""The faults that concern other people: their subscriptions, the account that is shared with them, and our secrets.

A part of run.py for `make check`; all faults are in `make check-faults`. Most of the time it waits.
"""

import os
import re
import sys

NAMES = [
    # What is another client's is left alone, what is ours is deleted once.
    "login in use before the start", "login in use after the start", "a second screen of the same name",
    "409, the tenant's limit", "409, our own leftover", "409, and no object", "ended while the login is in use",
    "ended while nobody knows", "ended while nothing tells", "login taken, and ended at once",
    "login taken, and another layout", "old answers after another layout", "POST without an answer, and another layout",
    "404 on data", "one team refused",
    # No account is locked, and no server is flooded.
    "refused secret", "refused secret, said with 200", "account locked", "401 once", "403 on creation",
    "503 with Retry-After",
    # The secret goes nowhere else.
    "redirect", "redirect of the secret", "looked for everywhere", "a debugger of the same user",
    "a secret file that others read", "a secret file that is none", "plain http",
]

# A loaded machine is no fault of the wall's.
os.environ["FAULTS_SLOW"] = "1"
run = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run.py")
pattern = "^(%s)$" % "|".join(re.escape(name) for name in NAMES)
os.execv(sys.executable, [sys.executable, run, "--jobs", "14", "--least", str(len(NAMES)), pattern])

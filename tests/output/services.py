"""The unit files that are shipped: systemd's own check finds nothing to say."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

UNITS = (("cxwall@.service", "cxwall@tty1.service"), ("cxwall-publish@.service", "cxwall-publish@floor.service"))


def verify(folder, instance):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", os.path.join(folder, instance)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=harness.PATIENCE * 4)
    return done.returncode, done.stdout.decode()


def main():
    if shutil.which("systemd-analyze") is None:
        print("1..0 # SKIP systemd-analyze is not installed")
        return
    tap = harness.Tap()
    folder = harness.Folder()
    for template, instance in UNITS:
        with open(os.path.join(harness.SOURCE, "doc", template + ".in")) as file:
            text = file.read()
        # The program as it is built: that it can be run is checked too.
        tap.check("@bindir@/cxwall" in text, template + " names the program where it is installed")
        folder.write(template, text.replace("@bindir@", os.path.dirname(harness.CXWALL)), 0o644)
        tap.same(verify(folder.path, instance), (0, ""), instance + ": nothing is wrong, unknown or ignored")
        folder.write(template, text.replace("@bindir@", "/nowhere"), 0o644)
        tap.check("/nowhere/cxwall" in verify(folder.path, instance)[1], "... and a program that is not there would be found")
    folder.remove()
    tap.done()


main()

"""configure: what is missing is named with its Debian package; a build elsewhere does not mind one in the source folder."""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import harness

# pkg-config's name of each, and the words that the error must have.
MISSING = [("ncursesw", ["libncurses-dev"]), ("libcurl", ["libcurl4-openssl-dev"]), ("libconfig", ["libconfig-dev"]),
           ("zlib", ["zlib1g-dev"]), ("sqlite3", ["libsqlite3-dev"]), ("libmicrohttpd", ["libmicrohttpd-dev", "--disable-sim"]),
           ("libmosquitto", ["libmosquitto-dev", "libssl-dev", "--without-mqtt"])]


def configure(folder, *arguments, **env):
    done = subprocess.run([os.path.join(harness.SOURCE, "configure"), "-q", *arguments], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=dict(os.environ, **env))
    return done.returncode, done.stdout.decode()


def without(name):
    """With a pkg-config that does not know this one."""
    folder = tempfile.mkdtemp(prefix="cxwall-configure-")
    tool = os.path.join(folder, "pkg-config")
    real = shutil.which(os.environ.get("PKG_CONFIG", "pkg-config"))
    with open(tool, "w") as file:
        file.write('#!/bin/sh\ncase "$*" in *%s*) exit 1 ;; esac\nexec %s "$@"\n' % (name, real))
    os.chmod(tool, 0o755)
    result = configure(folder, PKG_CONFIG=tool)
    shutil.rmtree(folder)
    return result


def check_missing(tap):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = list(pool.map(without, [name for name, _ in MISSING]))
    for (name, words), (status, said) in zip(MISSING, results):
        last = said.strip().splitlines()[-1] if said.strip() else ""
        tap.check(status != 0 and all(word in last for word in words), "without %s configure names %s" % (name, " ".join(words)), said)


def check_bootstrap_help(tap):
    """It installs nothing and makes nothing: where it stands there is nothing, and what installs fails."""
    folder = tempfile.mkdtemp(prefix="cxwall-bootstrap-")
    shutil.copy(os.path.join(harness.SOURCE, "bootstrap"), folder)
    tools = os.path.join(folder, "tools")
    os.mkdir(tools)
    for name in ("apt-get", "autoreconf", "sudo"):
        with open(os.path.join(tools, name), "w") as file:
            file.write("#!/bin/sh\necho called; exit 1\n")
        os.chmod(os.path.join(tools, name), 0o755)
    for option in ("--help", "-h"):
        done = subprocess.run([os.path.join(folder, "bootstrap"), option], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, PATH=tools + ":" + os.environ["PATH"]))
        said = done.stdout.decode()
        tap.check(done.returncode == 0 and said.startswith("Usage: ") and "--tests" in said and "called" not in said,
                  "bootstrap %s prints its options and does nothing" % option, said)
    shutil.rmtree(folder)


def check_side_by_side(tap):
    """A source folder that has a build in it, as bootstrap leaves it, with an object that nobody must use."""
    source, here = tempfile.mkdtemp(prefix="cxwall-source-"), harness.SOURCE
    for name in os.listdir(here):
        if name not in ("Makefile", "config.status", "src"):
            os.symlink(os.path.join(here, name), os.path.join(source, name))
    shutil.copytree(os.path.join(here, "src"), os.path.join(source, "src"), ignore=shutil.ignore_patterns("*.o", ".deps", ".dirstamp"))
    os.mkdir(os.path.join(source, "src", "base", ".deps"))
    for name in ("config.status", "src/base/.dirstamp", "src/base/.deps/.dirstamp", "src/base/error.o"):
        open(os.path.join(source, name), "w").close()
    folder = os.path.join(source, "elsewhere")
    os.mkdir(folder)
    done = subprocess.run([os.path.join(source, "configure"), "-q"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tap.check(done.returncode == 0, "configure works elsewhere while the source folder is configured", done.stdout.decode())
    done = subprocess.run(["make", "-s", "src/base/error.o"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    made = os.path.join(folder, "src", "base", "error.o")
    tap.check(done.returncode == 0 and os.path.exists(made) and os.path.getsize(made) > 0, "... and uses none of its objects", done.stdout.decode())
    shutil.rmtree(source)


def main():
    tap = harness.Tap()
    for tool in ("make", "gcc"):
        if shutil.which(tool) is None:
            print("1..0 # SKIP %s is not installed" % tool)
            return
    check_bootstrap_help(tap)
    check_missing(tap)
    check_side_by_side(tap)
    tap.done()


main()

"""The user's files: who else can write them, other encodings, units, sizes, and changes while a wall runs."""

import grp
import os
import pwd
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

PAGES = 'pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )\n'
ALERTS = 'alerts = ( { name = "long" when = "now.in_calls_waiting > 10" command = "/bin/true" } )\n'
ANYWHERE = ["--url", "http://127.0.0.1:9", "--tenant", "example.cx.onecloud.com", "--user", "stats.user"]


def check(folder, layout, *more, **environment):
    """cxwall run --check-config: (status, standard error)."""
    status, _, err = harness.run(["run", "--check-config", "-l", layout, *ANYWHERE, *more], folder.environment(**environment))
    return status, err


# ---- who else can write ----

def tree(folder):
    """trust/real/layout.conf, and links to it from other folders."""
    for name in ("trust", "trust/real", "trust/real/deep", "trust/links"):
        os.mkdir(os.path.join(folder.path, name), 0o755)
    folder.write("trust/real/deep/layout.conf", PAGES + ALERTS)
    os.symlink("../real/deep/layout.conf", folder.path + "/trust/links/layout.conf")
    os.symlink(folder.path + "/trust/real/deep", folder.path + "/trust/links/deep")


def check_writers(tap, folder):
    tree(folder)
    top = folder.path + "/trust"
    for name in ("real/deep/layout.conf", "links/layout.conf", "links/deep/layout.conf"):
        tap.same(check(folder, "%s/%s" % (top, name)), (0, ""), "%s may name commands" % name)
    for writable, name, what in (
            ("real/deep", "real/deep/layout.conf", "its folder"),
            ("real", "real/deep/layout.conf", "a folder above it"),
            ("", "real/deep/layout.conf", "a folder above it"),
            ("links", "links/layout.conf", "its folder"),
            ("links", "links/deep/layout.conf", "a folder above it"),
            ("real", "links/layout.conf", "a folder above it")):
        os.chmod(os.path.join(top, writable), 0o757)
        status, err = check(folder, "%s/%s" % (top, name))
        os.chmod(os.path.join(top, writable), 0o755)
        wanted = "layout.conf:2: alert 'long' runs a command or sends, but others can write %s: chmod o-w %s\n" % (
            what, os.path.join(top, writable).rstrip("/"))
        tap.check(status == 2 and err.endswith(wanted), "refused: others can write %s of %s" % (writable or "the top", name), err)
    os.chmod(top, 0o1777)
    tap.same(check(folder, top + "/real/deep/layout.conf"), (0, ""), "what stands in a sticky folder is no others' to exchange")
    os.chmod(top, 0o755)
    path = top + "/real/deep/layout.conf"
    os.chmod(path, 0o602)
    status, err = check(folder, path)
    tap.check(status == 2 and "others can write the layout: chmod o-w %s\n" % path in err, "the file itself, with what to do", err)
    folder.write("trust/real/deep/layout.conf", PAGES)
    os.chmod(path, 0o666)
    tap.same(check(folder, path), (0, ""), "a layout without commands may be anybody's")


def check_command(tap, folder):
    """A configuration whose secret_command others could write."""
    layout = folder.write("plain.conf", PAGES)
    text = 'tenant = "example.cx.onecloud.com"\nsecret_command = "touch %s/ran; echo x"\n' % folder.path
    path = folder.write("command.conf", text)
    tap.same(check(folder, layout, "-c", path), (0, ""), "a configuration of the user's may name a command")
    os.chmod(path, 0o602)
    status, err = check(folder, layout, "-c", path)
    tap.check(status == 2 and err == "cxwall: %s:2: secret_command runs a command, but others can write the configuration: "
              "chmod o-w %s\n" % (path, path), "not one that others can write", err)
    tap.check(not os.path.exists(folder.path + "/ran"), "nothing ran")
    folder.write("command.conf", 'tenant = "example.cx.onecloud.com"\nsecret_file = "/nowhere"\n')
    os.chmod(path, 0o602)
    tap.same(check(folder, layout, "-c", path), (0, ""), "without a command it is taken")
    status, out, _ = harness.run(["doctor", "-c", path, "-l", layout, *ANYWHERE], folder.environment())
    tap.check("note   configuration: others can write the configuration: chmod o-w %s\n" % path in out, "doctor notes it", out)
    os.remove(path)


def private_account():
    """An account with a group of its own in which nobody else is: ours, or as root any such one."""
    for account in [pwd.getpwuid(os.getuid())] + (pwd.getpwall() if os.getuid() == 0 else []):
        try:
            group = grp.getgrgid(account.pw_gid)
        except KeyError:
            continue
        if account.pw_gid != 0 and not set(group.gr_mem) - {account.pw_name} and \
                [other.pw_uid for other in pwd.getpwall() if other.pw_gid == account.pw_gid] == [account.pw_uid]:
            return account
    return None


def check_private_group(tap, folder):
    """With umask 002 the group may write; where nobody else is in it, that is harmless."""
    what = "a group that is the user alone may write"
    account = private_account()
    if account is None:
        tap.skip(what, "no such account here")
        return

    def become():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)

    def as_account(arguments):
        done = subprocess.run([harness.CXWALL, *arguments], env=folder.environment(), preexec_fn=become, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", timeout=harness.PATIENCE)
        return done.returncode, done.stderr.decode()

    top = folder.path + "/private"
    os.mkdir(top)
    path = folder.write("private/layout.conf", PAGES + ALERTS)
    for name in (top, path):
        os.chown(name, account.pw_uid, account.pw_gid)
    os.chmod(folder.path, 0o755)
    os.chmod(top, 0o775)
    os.chmod(path, 0o664)
    try:
        reachable = as_account(["--version"])[0] == 0
    except (PermissionError, subprocess.SubprocessError):
        reachable = False
    if not reachable:
        tap.skip(what, "%s cannot run the program here" % account.pw_name)
    else:
        arguments = ["run", "--check-config", "-l", path, *ANYWHERE]
        tap.same(as_account(arguments), (0, ""), what)
        os.chmod(path, 0o666)
        status, err = as_account(arguments)
        tap.check(status == 2 and "others can write the layout: chmod go-w %s\n" % path in err, "... but nobody else", err)
        if os.getuid() == 0:
            other = next(group.gr_gid for group in grp.getgrall() if group.gr_gid not in (0, account.pw_gid))
            os.chown(path, account.pw_uid, other)
            os.chmod(path, 0o664)
            status, err = as_account(arguments)
            tap.check(status == 2 and "others can write the layout: chmod g-w %s\n" % path in err, "another group may not", err)
    os.chmod(folder.path, 0o700)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_writers(tap, folder)
    check_command(tap, folder)
    check_private_group(tap, folder)
    folder.remove()
    tap.done()


main()

"""The user's files: who else can write them, other encodings, units, sizes, and changes while a wall runs."""

import grp
import os
import pwd
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading

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


# ---- changes while a wall runs ----

def titled(title, more=""):
    return 'title = "%s" status = "off"\n%s%s' % (title, PAGES, more)


def save(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def exchange_link(path, target):
    os.symlink(target, path + ".new")
    os.rename(path + ".new", path)


def check_changes(tap, folder):
    """A layout behind links, on a wall that nothing else wakes: polls each minute, no clock."""
    server = harness.Server()
    top = folder.path + "/map"
    for name in ("", "/..1", "/..2"):
        os.mkdir(top + name)
    folder.write("map/..1/wall.conf", titled("First one"))
    folder.write("map/..2/wall.conf", titled("Second one"))
    os.symlink("..1", top + "/..data")
    os.symlink("..data/wall.conf", top + "/wall.conf")
    os.symlink(top + "/wall.conf", folder.path + "/linked.conf")
    terminal = harness.Terminal([harness.CXWALL, "-l", folder.path + "/linked.conf", "-i", "60", *harness.options(server)],
                                folder.environment(), 80, 12)

    def shows(text, what):
        screen = terminal.wait(text)
        tap.check(re.search(text, screen), what, screen)

    shows("First one", "a layout behind three links")
    shows("live", "... with data")
    save(top + "/..1/wall.conf", titled("First two"))
    shows("First two", "the file at the end of them is replaced")
    with open(top + "/..1/wall.conf", "w") as file:
        file.write(titled("First six"))
    shows("First six", "it is written in place, with the same length")
    exchange_link(top + "/..data", "..2")
    shows("Second one", "a folder link in the middle leads elsewhere, as a ConfigMap's does")
    os.rename(top + "/..2", top + "/..3")
    shows("The layout's file is missing, so the wall keeps the last one: /", "what is gone is said")
    tap.check("Second one" in terminal.text(), "... and the wall stays", terminal.text())
    os.rename(top + "/..3", top + "/..2")
    tap.check(harness.wait_for(lambda: "is missing" not in terminal.text()), "until it is there again", terminal.text())
    save(top + "/wall.conf", "\ufeff" + titled("With a mark").replace("\n", "\r\n"))
    shows("With a mark", "a link becomes a file, with a byte order mark and other line ends")
    save(top + "/wall.conf", titled("Too many", "".join("a%d=1\n" % i for i in range(100000))))
    shows("wall.conf:200: more than 200 settings in one group|linked.conf:200: more than 200 settings", "a hundred thousand settings are refused at once")
    os.kill(terminal.pid(), signal.SIGTERM)
    tap.same(terminal.status(2), 128 + signal.SIGTERM, "and SIGTERM ends the wall")
    terminal.close()


# ---- sizes, encodings, what is no file ----

def check_texts(tap, folder):
    """What is refused at the start, with file and line, for layouts and configurations alike."""
    many = "".join("a%d=1\n" % i for i in range(60000))
    for name, data, wanted in (
            ("mark.conf", b"\xef\xbb\xbf" + PAGES.encode(), None),
            ("windows.conf", b"\xef\xbb\xbf" + PAGES.replace("\n", "\r\n").encode(), None),
            ("wide.conf", PAGES.encode("utf-16"), "wide.conf: this is UTF-16 text; save the file as UTF-8"),
            ("bare.conf", PAGES.encode("utf-16-be"), "bare.conf: this is UTF-16 text; save the file as UTF-8"),
            ("line.conf", b"\xef\xbb\xbf" + PAGES.encode() + b"\r\nwrong = 1\r\n", "line.conf:3: unknown key 'wrong' in "),
            ("quotes.conf", b"# a\ntitle = \xe2\x80\x9cx\xe2\x80\x9d\n", "quotes.conf:2: a typographic quote; write \" instead"),
            ("many.conf", many.encode(), "many.conf:201: more than 200 settings in one group"),
            ("deep.conf", b"x = " + b"(" * 100000 + b")" * 100000, "deep.conf:1: nested too deeply"),
            ("word.conf", b"x" * 900000 + b" = 1", "word.conf:1: a word of more than 64 characters"),
            ("large.conf", b"# " + b"x" * 10 * 1000 * 1000, "large.conf: larger than 1048576 bytes"),
            ("zero.conf", bytes(5000), "zero.conf:1: a byte that is 0; is this a text file?")):
        path = os.path.join(folder.path, name)
        with open(path, "wb") as file:
            file.write(data)
        status, err = check(folder, path)
        good = (status, err) == (0, "") if wanted is None else status == 2 and wanted in err
        tap.check(good, "layout %s: %s" % (name, wanted or "taken"), err)
        if wanted is not None and "'wrong'" not in wanted:
            status, err = check(folder, "queues", "-c", path)
            tap.check(status == 2 and wanted in err, "configuration %s: %s" % (name, wanted), err)
    folder.write("marked.conf", '\ufeffinterval = 7\r\ntheme = "light"\r\n')
    status, out, err = harness.run(["run", "--print-config", "-c", folder.path + "/marked.conf"], folder.environment())
    tap.check(status == 0 and re.search(r"interval\s+7\b", out), "a configuration with a byte order mark", out + err)
    os.mkfifo(folder.path + "/fifo.conf")
    for path, wanted in ((folder.path + "/fifo.conf", "not a file"), ("/dev/zero", "not a file"), (folder.path + "/", "not a file"),
                         ("/nowhere/x.conf", "No such file or directory")):
        for arguments in (("-l", path), ("-l", "queues", "-c", path)):
            status, _, err = harness.run(["run", "--check-config", *arguments, *ANYWHERE], folder.environment())
            tap.check(status == 2 and err == "cxwall: %s: %s\n" % (path, wanted), "%s %s is refused" % (arguments[-2], path), err)


def check_dangling(tap, folder):
    """A link that leads nowhere is a mistake, and not a file that is not there."""
    os.makedirs(folder.path + "/cxwall/layouts")
    for name, arguments in (("cxwall/layouts/queues.conf", ["-l", "queues"]), ("cxwall/cxwall.conf", ["-l", "queues"])):
        path = os.path.join(folder.path, name)
        os.symlink("nowhere.conf", path)
        status, out, err = harness.run(["run", "--check-config", *arguments, *ANYWHERE], folder.environment())
        tap.same((status, out, err), (2, "", "cxwall: %s: No such file or directory\n" % path), "%s leads nowhere" % name)
        os.remove(path)


# ---- certificates ----

class Secure(harness.Server):
    """A server by TLS, whose certificate may change."""

    def __init__(self, certificate):
        self.certificate = certificate
        super().__init__()

    def get_request(self):
        near, address = super().get_request()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(near, server_side=True, do_handshake_on_connect=False), address


def certificate(folder, name):
    """A self-signed one: its file with the key."""
    path = folder.path + "/" + name
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", path + ".key", "-out", path + ".pem"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder.write(name + ".both", open(path + ".pem").read() + open(path + ".key").read())
    return path


def check_authorities(tap, folder):
    """ca_file is read again when it changes; what is no file is refused."""
    layout = folder.write("plain.conf", PAGES)
    os.mkfifo(folder.path + "/pipe.pem")
    for path, wanted in ((folder.path + "/pipe.pem", "not a file"), ("/dev/zero", "not a file"), ("/nowhere", "No such file or directory")):
        status, out, err = harness.run(["snapshot", "-l", layout, "--ca-file", path, "--url", "https://localhost:9", *ANYWHERE[2:]],
                                       folder.environment())
        tap.same((status, out, err), (2, "", "cxwall: ca_file: %s: %s\n" % (path, wanted)), "ca_file = %s is refused" % path)
    if shutil.which("openssl") is None:
        tap.skip("certificates that change", "no openssl command")
        return
    first, second = certificate(folder, "first"), certificate(folder, "second")
    os.symlink(first + ".pem", folder.path + "/trusted.pem")
    server = Secure(first + ".both")
    process = subprocess.Popen([harness.CXWALL, "follow", "-l", layout, "-i", "0.2", "--ca-file", folder.path + "/trusted.pem", "--url",
                                "https://localhost:%d" % server.server_address[1], *ANYWHERE[2:]], env=folder.environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = []
    threading.Thread(target=lambda: [said.append(line.decode()) for line in process.stdout], daemon=True).start()
    tap.check(harness.wait_for(lambda: server.polls > 2), "a server with the certificate in ca_file", said)
    server.certificate = second + ".both"
    server.table[("GET", "/statsapi/subscription/data")] = lambda handler, request: setattr(handler, "close_connection", True)
    tap.check(harness.wait_for(lambda: any("certificate" in line for line in said)), "another certificate is not trusted", said)
    server.table[("GET", "/statsapi/subscription/data")] = server.data
    polls = server.polls
    exchange_link(folder.path + "/trusted.pem", second + ".pem")
    tap.check(harness.wait_for(lambda: server.polls > polls + 2), "until ca_file holds it", said)
    process.terminate()
    process.wait(harness.PATIENCE)


class Old(Secure):
    """A server that knows TLS 1.1 at most, for programs whose system would allow that."""

    newest = ssl.TLSVersion.TLSv1_1

    def get_request(self):
        near, address = harness.Server.get_request(self)
        return harness.old_tls(self.certificate, None, self.newest).wrap_socket(near, server_side=True, do_handshake_on_connect=False), address


def check_old_tls(tap, folder):
    """TLS 1.1 is refused by the program itself, whatever the system allows."""
    if shutil.which("openssl") is None:
        tap.skip("old versions of TLS", "no openssl command")
        return
    path, layout = certificate(folder, "old"), folder.write("old.conf", PAGES)
    server = Old(path + ".both")
    command = ["snapshot", "-l", layout, "--ca-file", path + ".pem", "--url", "https://localhost:%d" % server.server_address[1], *ANYWHERE[2:]]
    environment = folder.environment(OPENSSL_CONF=folder.write("openssl.cnf", harness.OLD_TLS))
    status, out, err = harness.run(command, environment)
    tap.check(status != 0 and out == "" and server.requests == [], "TLS 1.1 is refused", (status, out, err, server.lines()))
    server.newest = ssl.TLSVersion.TLSv1_2
    status, out, err = harness.run(command, environment)
    tap.same((status, err), (0, ""), "... and TLS 1.2 is not")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_writers(tap, folder)
    check_command(tap, folder)
    check_private_group(tap, folder)
    check_texts(tap, folder)
    check_dangling(tap, folder)
    check_changes(tap, folder)
    check_authorities(tap, folder)
    check_old_tls(tap, folder)
    folder.remove()
    tap.done()


main()

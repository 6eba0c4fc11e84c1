"""`cxwall setup` in a real terminal: each wrong answer is told before anything is written, and nothing is written by half."""

import http.server
import os
import re
import shutil
import signal
import socket
import socketserver
import ssl
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from certificates import Authority
import harness

# Where the program waits, and for what.
DOMAIN, ADDRESS, USER, SECRET, WRITE = r"Domain( \[.*\])?: $", r"Address of its API( \[.*\])?: $", r"User( \[.*\])?: $", \
    r"API secret \(not shown\)( \[.*\])?: $", r"Write this\? \[y/N\]: $"


class Home(harness.Folder):
    """An empty home, with the usual folder below it."""

    def environment(self, **more):
        env = super().environment(**more)
        for name in ("XDG_CONFIG_HOME", "CXWALL_SECRET"):
            if name not in more:
                env.pop(name)
        os.makedirs(os.path.join(self.path, "run"), mode=0o700, exist_ok=True)
        env["XDG_RUNTIME_DIR"] = os.path.join(self.path, "run")
        return env

    @property
    def config(self):
        return os.path.join(self.path, ".config", "cxwall")

    def read(self, name):
        path = os.path.join(self.config, name)
        return open(path, "rb").read().decode() if os.path.exists(path) else None

    def files(self):
        """All that is below the home, but for what belongs to the session."""
        return sorted(os.path.relpath(os.path.join(where, name), self.path) for where, _, names in os.walk(self.path)
                      for name in names if not where.startswith(os.path.join(self.path, "run")))


class Simulator:
    def __init__(self, *arguments):
        self.child = subprocess.Popen([harness.CXSIM, "-p", "0", "--until-eof", "--tenant", "localhost", "--ready-after", "0.05", *arguments],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = self.child.stdout.readline().decode().split()[-1]

    def end(self):
        self.child.stdin.close()
        self.child.wait(10)


def plain(output):
    """On one line and without colours: where lines end is another matter."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", output.decode(errors="replace") if isinstance(output, bytes) else output))


class Talk:
    """setup in a terminal: what it asks, and what is answered."""

    def __init__(self, env, *arguments, columns=80):
        self.pty = harness.Pty([harness.CXWALL, "setup", *arguments], env, columns=columns, lines=24)
        self.seen = 0

    def wait(self, pattern):
        """Whether it comes to stand at the end of what is new."""
        def there():
            self.pty.read(0.02)
            return re.search(pattern, plain(self.pty.output[self.seen:]))
        found = harness.wait_for(there, step=0)
        return bool(found)

    def answer(self, pattern, text):
        good = self.wait(pattern)
        self.seen = len(self.pty.output)
        if good:
            self.pty.send(text.encode() + b"\n")
        return good

    def text(self):
        return re.sub(r"\x1b\[[0-9;]*m", "", self.pty.output.decode(errors="replace")).replace("\r\n", "\n")

    def words(self):
        return plain(self.pty.output)

    def end(self):
        status = self.pty.end()
        self.pty.close()
        return status

    def leave(self):
        self.pty.send(b"\x03")
        return self.end()


def usual(talk, url, user="wall", secret="demo"):
    """The answers of somebody whose address differs from the domain."""
    return (talk.answer(DOMAIN, "localhost") and talk.answer(DOMAIN, "") and talk.answer(ADDRESS, url) and
            talk.answer(USER, user) and talk.answer(SECRET, secret))


# ---- all is well ----

def check_good(tap, simulator):
    home = Home()
    env = home.environment()
    old = os.umask(0)
    talk = Talk(env)
    os.umask(old)
    began = time.monotonic()
    tap.check(usual(talk, simulator.url) and talk.wait(WRITE), "setup asks, tries and shows the file", talk.text())
    tap.check(re.search(r"fine +3 teams: .*fine +6 services: .*can be read", talk.words()), "it says what can be seen", talk.text())
    tap.same(home.files(), [], "nothing is written before the y")
    talk.answer(WRITE, "y")
    status = talk.end()
    tap.check(time.monotonic() - began < 60, "in less than a minute")
    tap.check(status == 0 and talk.text().rstrip().endswith("Start the wall with: cxwall"), "it ends with what to type", talk.text())
    tap.same(home.read("secret"), "demo\n", "the secret's file")
    tap.check("demo" not in re.sub("demo.example", "", talk.text()), "the secret is not shown", talk.text())
    tap.same([stat.S_IMODE(os.stat(os.path.join(home.config, name)).st_mode) for name in ("", "secret", "cxwall.conf")],
             [0o700, 0o600, 0o600], "for the user alone, whatever the umask is")
    tap.check(max(len(line) for line in talk.text().splitlines()) <= 80, "within 80 columns", talk.text())
    status, out, err = harness.run(["snapshot"], env)
    tap.check(status == 0 and "Sales" in out, "the wall has all it needs", out + err)
    # Again, in a narrow terminal: each answer is there already.
    talk = Talk(env, columns=40)
    for pattern in (DOMAIN, USER, SECRET):
        talk.answer(pattern, "")
    tap.check(talk.end() == 0 and "nothing is to be written" in talk.text(), "with Enter alone nothing is changed", talk.text())
    tap.check(max(len(line) for line in talk.text().splitlines() if "[" not in line) <= 40, "... in the terminal's columns", talk.text())
    tap.same(home.files(), [".config/cxwall/cxwall.conf", ".config/cxwall/secret"], "... and nothing is left")
    home.remove()


def copies(pid, text):
    """How often a text is in the memory of a process; None where that may not be read."""
    count = 0
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
            for line in maps:
                fields = line.split()
                if fields[1].startswith("r") and not fields[-1].startswith(("[v", "/dev")):
                    start, end = (int(number, 16) for number in fields[0].split("-"))
                    # The shadow of sanitizers.
                    if end - start > 1 << 28:
                        continue
                    memory.seek(start)
                    count += memory.read(end - start).count(text)
    except PermissionError:
        return None
    return count


def check_secrecy(tap):
    """The secret is in its buffer and nowhere else: not in freed memory, the log, or the arguments."""
    secret = "Zq7 unlikely #91x"
    simulator = Simulator("--secret", secret)
    home = Home()
    log = os.path.join(home.path, "run", "log")
    talk = Talk(home.environment(), "--log", log)
    usual(talk, simulator.url, secret=secret[:-1])
    talk.answer(USER, "")
    talk.answer(SECRET, secret)
    talk.wait(WRITE)
    found = copies(talk.pty.pid, secret.encode())
    if found is None:
        tap.skip("the secret in memory", "it may not be read")
    else:
        tap.same(found, 1, "one copy of the secret is in memory")
    with open(log) as file, open("/proc/%d/cmdline" % talk.pty.pid) as arguments:
        text = file.read()
        tap.check("POST /configapi/v2/oauth/token 200" in text and secret not in text + arguments.read() + talk.text(), "... and none in log, arguments or messages", text)
    talk.leave()
    home.remove()
    simulator.end()


def check_odd_characters(tap):
    user, secret = 'J\u00fcrg "J" \\ M', 'p\u00e4"ss\\w\u00f6rd #1'
    simulator = Simulator("--user", user, "--secret", secret)
    home = Home()
    env = home.environment()
    talk = Talk(env)
    usual(talk, simulator.url, user, secret)
    talk.answer(WRITE, "y")
    tap.same(talk.end(), 0, "a user with quotes, backslashes and other letters")
    tap.same(home.read("secret"), secret + "\n", "... whose secret is written as it is")
    status, out, err = harness.run(["list", "teams"], env)
    tap.check(status == 0 and "Customer Service" in out, "... and is read back", out + err)
    home.remove()
    simulator.end()


# ---- ten wrong answers ----

def told(tap, what, words, talk, home, status=None):
    """It is said, nothing is written, and Ctrl-C leaves the terminal as it was."""
    tap.check(talk.wait(r"(Domain|User|API secret|Address of its API|Proxy|File of certificates|Go on without it|Try this one).*: $"), what + ": asked again", talk.text())
    tap.check(re.search(words, talk.words()), what + ": is told", talk.text())
    tap.same(home.files(), [], what + ": nothing is written")
    tap.same(talk.leave(), 130, what + ": Ctrl-C leaves")
    tap.check("Nothing was written." in talk.text(), what + ": and says so", talk.text())


def wrong(tap, what, words, arguments=(), answers=(), simulated=None, env=None):
    simulator = Simulator(*simulated) if simulated is not None else None
    home = Home()
    talk = Talk(home.environment(**(env or {})), *arguments)
    for pattern, text in answers:
        if not talk.answer(pattern, text.replace("@URL@", simulator.url if simulator else "")):
            tap.check(False, what + ": is asked", "%s\n%s" % (pattern, talk.text()))
            break
        # Only the first of a kind is what was typed wrong.
    told(tap, what, words, talk, home)
    home.remove()
    if simulator:
        simulator.end()


REACH = ((DOMAIN, "localhost"), (DOMAIN, ""), (ADDRESS, "@URL@"))


def check_wrong_answers(tap):
    wrong(tap, "domain", r"The name nosuch\.invalid is unknown", (), ((DOMAIN, "nosuch.invalid"),))
    wrong(tap, "a domain that is none", r"'a b' is not a domain", (), ((DOMAIN, "a b"),))
    wrong(tap, "user", r"The secret was refused.*Check the user, the secret and the domain", (), (*REACH, (USER, "waal"), (SECRET, "demo")), ())
    wrong(tap, "secret", r"The secret was refused", (), (*REACH, (USER, "wall"), (SECRET, "dema")), ())
    wrong(tap, "a secret with a blank", r"secret: there is a blank behind the last character", (), (*REACH, (USER, "wall"), (SECRET, "demo ")), ())
    sign_in = (*REACH, (USER, "wall"), (SECRET, "demo"))
    wrong(tap, "privilege", r"wrong A privilege is missing .*Access Realtime Stats API.*This is what you can send to your administrator.*View real-time agent metrics",
          (), sign_in, ("--without", "statistics"))
    wrong(tap, "privilege for agents", r"No agents can be seen.*\"View real-time agent metrics\" is probably missing", (), sign_in, ("--without", "agent-metrics"))
    wrong(tap, "privilege for services", r"No statistics of services can be seen.*\"View real-time service metrics\" is probably missing", (), sign_in,
          ("--without", "service-metrics"))
    wrong(tap, "team", r"The user supervises no team", (), sign_in, ("--supervise-none",))
    wrong(tap, "locked", r"The account is locked", (), sign_in, ("--account", "locked"))
    wrong(tap, "disabled", r"The account is disabled", (), sign_in, ("--account", "disabled"))
    wrong(tap, "inactive tenant", r"The tenant is inactive", (), sign_in, ("--account", "inactive"))
    for fault, words in (("portal", r"Got a web page instead of data"), ("redirect:to=https://login.example/x", r"Redirected to login\.example, which is never followed"),
                         ("empty", r"the server answered, but with nothing"), ("bad-json", "not as the API does"), ("502", r"not available behind its gateway \(502\)"),
                         ("big:size=20", r"larger than 8 MB"), ("close", r"closed the connection without an answer"), ("hang", r"did not answer within 9 s"),
                         ("500", r"\(500\).*heck the url")):
        wrong(tap, "portal" if fault == "portal" else "a server that answers with " + fault, "(?i)" + words, (), REACH, ("--fault", fault))
    wrong(tap, "an answer of 5 MB", r"not as the API does", (), REACH, ("--fault", "big:size=5"))
    wrong(tap, "no https", r"plain http would send the secret readable to elsewhere\.example", (), (*REACH[:2], (ADDRESS, "http://elsewhere.example")))


class Centre(harness.Server):
    """Behind TLS, with a clock of its own."""

    def __init__(self, certificate=None):
        self.context = None
        self.date = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, certificate.replace(".pem", ".key"))
        super().__init__()

    def get_request(self):
        connection, address = super().get_request()
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address


class Tunnel(socketserver.ThreadingTCPServer):
    """A proxy that leads whatever is asked for to one port."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port):
        self.port = port
        self.asked = []
        tunnel = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                head = b""
                while b"\r\n\r\n" not in head:
                    part = self.request.recv(4096)
                    if not part:
                        return
                    head += part
                tunnel.asked.append(head.split(b"\r\n")[0].decode())
                other = socket.create_connection(("127.0.0.1", tunnel.port))
                self.request.sendall(b"HTTP/1.1 200 go on\r\n\r\n")
                threading.Thread(target=self.pump, args=(other, self.request), daemon=True).start()
                self.pump(self.request, other)

            def pump(self, source, target):
                try:
                    while True:
                        part = source.recv(65536)
                        if not part:
                            break
                        target.sendall(part)
                    target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


def check_certificates(tap, authority):
    cases = (("expired", authority.signed("expired", "DNS:localhost", "20200101000000Z", "20210101000000Z"), r"The certificate has expired.*clock says"),
             ("not valid yet", authority.signed("notyet", "DNS:localhost", "20400101000000Z", "20410101000000Z"), r"The certificate is not valid yet.*clock says"),
             ("wrong name", authority.signed("wrong", "DNS:elsewhere.test"), r"The certificate is not for localhost|The certificate is for another host"),
             ("self-signed", authority.self_signed("self", "DNS:localhost"), r"The certificate is self-signed"))
    for kind, certificate, words in cases:
        server = Centre(certificate)
        url = "https://localhost:%d" % server.server_address[1]
        trust = ("--ca-file", authority.file) if kind != "self-signed" else ()
        wrong(tap, "certificate " + kind, words, trust, (*REACH[:2], (ADDRESS, url)))
        server.shutdown()
    # An authority that the user names.
    server = Centre(authority.signed("good", "DNS:localhost,DNS:centre.test"))
    server.cell = lambda panel, stat, row: "%s %d" % (stat, row)
    url = "https://localhost:%d" % server.server_address[1]
    home = Home()
    talk = Talk(home.environment())
    for pattern, text in (*REACH[:2], (ADDRESS, url)):
        talk.answer(pattern, text)
    tap.check(talk.wait(r"File of certificates \[none\]: $") and "unknown authority" in talk.text(), "an authority that is not known is told", talk.text())
    talk.answer(r"certificates.*: $", authority.file)
    talk.answer(USER, "stats.user")
    talk.answer(SECRET, "x")
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and 'ca_file     = "%s"' % os.path.realpath(authority.file) in (home.read("cxwall.conf") or ""),
              "... and one that is named is trusted, and written", talk.text())
    home.remove()
    check_proxy(tap, server, authority)
    server.shutdown()


def check_proxy(tap, server, authority):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = "http://127.0.0.1:%d" % unused.getsockname()[1]
    tunnel = Tunnel(server.server_address[1])
    home = Home()
    talk = Talk(home.environment(https_proxy=dead), "--ca-file", authority.file)
    talk.answer(DOMAIN, "centre.test")
    tap.check(talk.wait(r"Proxy.*: $") and "The proxy 127.0.0.1 refused the connection" in talk.words(), "proxy: is told", talk.text())
    tap.same(home.files(), [], "proxy: nothing is written")
    talk.answer(r"Proxy.*: $", "http://127.0.0.1:%d" % tunnel.server_address[1])
    talk.answer(USER, "stats.user")
    talk.answer(SECRET, "x")
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and "CONNECT centre.test:443 HTTP/1.1" in tunnel.asked, "... and another one can be named", talk.text())
    tap.check('proxy       = "http://127.0.0.1:%d"' % tunnel.server_address[1] in (home.read("cxwall.conf") or ""), "... which is written", home.read("cxwall.conf"))
    tunnel.shutdown()
    home.remove()


def check_pages_of_others(tap):
    """A server that leads callers without a token to a page where people sign in is no login portal."""
    server = harness.Server()
    good = server.table[("GET", "/statsapi/cfg/teams")]
    token = server.table[("POST", "/configapi/v2/oauth/token")]
    server.table[("GET", "/statsapi/cfg/teams")] = lambda h, r: good(h, r) if "Authorization" in r["headers"] else \
        h.answer(302, b"", "text/html", [("Location", "https://login.example/")])
    server.table[("POST", "/configapi/v2/oauth/token")] = lambda h, r: token(h, r) if b"client_id" in r["body"] else \
        h.answer(400, {"error": "invalid_request"})
    home = Home()
    talk = Talk(home.environment())
    usual(talk, server.url, "stats.user", "x")
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and home.read("secret") == "x\n", "a server that leads to a page where people sign in", talk.text())
    home.remove()
    server.shutdown()


def check_signal_meanwhile(tap):
    """While an answer is waited for."""
    simulator = Simulator("--fault", "hang")
    home = Home()
    talk = Talk(home.environment())
    for pattern, text in ((DOMAIN, "localhost"), (DOMAIN, ""), (ADDRESS, simulator.url)):
        talk.answer(pattern, text)
    talk.wait("Trying http://127")
    tap.check(talk.leave() == 130 and "Nothing was written." in talk.text() and home.files() == [], "Ctrl-C while a server hangs", talk.text())
    home.remove()
    simulator.end()


def check_stop(tap, simulator):
    """Ctrl-Z in a shell, which has modes of its own, and back."""
    home = Home()
    terminal = harness.Terminal(["sh", "-c", "exec bash --norc -i 2>/dev/tty"], home.environment(), columns=80)
    terminal.keys("PS1='ready> '", "Enter")
    terminal.wait("ready> *\\n")
    terminal.keys("'%s' setup --tenant localhost --url %s --user wall" % (harness.CXWALL, simulator.url), "Enter")
    stopped = terminal.shows(r"API secret \(not shown\):\s*$")
    terminal.keys("C-z")
    tap.check(stopped and terminal.shows(r"Stopped.*\n(.*\n)*ready>\s*$"), "Ctrl-Z stops setup while a secret is typed", terminal.text())
    terminal.keys("fg", "Enter")
    terminal.shows(r"fg\n(.*\n)+API secret \(not shown\):\s*$")
    terminal.keys("visible", "C-u", "demo", "Enter")
    tap.check(terminal.shows(r"Write this\?") and "visible" not in terminal.text(), "... and fg asks again, without an echo", terminal.text())
    terminal.keys("C-c")
    terminal.shows(r"Nothing was written.\s+ready>\s*$")
    # Once more, and left at that question.
    terminal.keys("clear; '%s' setup --tenant localhost --url %s --user wall" % (harness.CXWALL, simulator.url), "Enter")
    terminal.shows(r"API secret \(not shown\):\s*$")
    terminal.keys("C-z")
    terminal.shows(r"Stopped.*\n(.*\n)*ready>\s*$")
    terminal.keys("fg", "Enter")
    terminal.shows(r"fg\n(.*\n)+API secret \(not shown\):\s*$")
    terminal.keys("visible", "C-c")
    terminal.shows(r"Nothing was written.\s+ready>\s*$")
    terminal.keys("stty -a | grep -c ' echo '", "Enter")
    tap.check(terminal.shows(r"grep -c ' echo '\n+1\n"), "... and the modes are those of before", terminal.text())
    terminal.close()
    home.remove()


def check_clock(tap):
    """A server whose clock differs."""
    server = harness.Server()
    handler = server.RequestHandlerClass
    real = handler.date_time_string
    handler.date_time_string = lambda self, timestamp=None: http.server.BaseHTTPRequestHandler.date_time_string(self, time.time() + 3 * 3600)
    home = Home()
    talk = Talk(home.environment())
    usual(talk, server.url, "stats.user", "x")
    tap.check(talk.wait(WRITE) and "This computer's clock is 3 h behind the server's" in talk.words(), "clock: is told", talk.text())
    tap.same(home.files(), [], "clock: nothing is written")
    tap.same(talk.leave(), 130, "clock: Ctrl-C leaves")
    handler.date_time_string = real
    server.shutdown()
    home.remove()


def check_address_family(tap):
    """A centre that only has an address of the other family."""
    try:
        simulator = Simulator("--bind", "::1")
    except (IndexError, OSError):
        tap.skip("IPv6 alone", "there is no IPv6 here")
        return
    port = simulator.url.rsplit(":", 1)[1]
    home = Home()
    talk = Talk(home.environment())
    usual(talk, "http://[::1]:" + port)
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and "[::1]" in (home.read("cxwall.conf") or ""), "IPv6 alone", talk.text())
    home.remove()
    simulator.end()


def check_domain_of_login(tap):
    """The address is right, the domain is not: only the sign-in can tell, and who insists on user and secret is asked for it."""
    simulator = Simulator()
    home = Home()
    talk = Talk(home.environment())
    for pattern, text in ((DOMAIN, "locahost.invalid"), (DOMAIN, ""), (ADDRESS, simulator.url), (USER, "wall"), (SECRET, "demo"), (USER, ""), (SECRET, "")):
        talk.answer(pattern, text)
    tap.check(talk.wait(DOMAIN) and "Is the domain right?" in talk.words(), "a domain that only the sign-in refuses is asked for", talk.text())
    talk.answer(DOMAIN, "localhost")
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and 'tenant      = "localhost"' in (home.read("cxwall.conf") or ""), "... and can be corrected", talk.text())
    home.remove()
    simulator.end()


def check_lock(tap):
    """Wrong secrets do not lock the account: after two a third has to be wanted, and there is no fourth, in this run or the next."""
    simulator = Simulator("--lock-after", "4")
    home = Home()
    env = home.environment()
    talk = Talk(env)
    usual(talk, simulator.url, secret="wrong 1")
    talk.answer(USER, "")
    talk.answer(SECRET, "wrong 2")
    talk.answer(USER, "")
    talk.answer(SECRET, "wrong 3")
    tap.check(talk.wait(r"Try this one all the same\? \[y/N\]: $") and "A third may lock the account" in talk.words(), "a third secret has to be wanted", talk.text())
    talk.answer("N]: $", "y")
    for number in range(4, 8):
        talk.answer(USER, "")
        talk.answer(SECRET, "wrong %d" % number)
    tap.check(talk.wait(r"No other is tried before \d\d:\d\d, so that the account is not locked"), "there is no fourth", talk.text())
    talk.wait(USER)
    tap.same(talk.leave(), 130, "... and Ctrl-C leaves")
    talk = Talk(env)
    usual(talk, simulator.url, secret="wrong 8")
    tap.check(talk.wait(r"No other is tried before"), "nor in the next run", talk.text())
    talk.wait(USER)
    talk.leave()
    other = Home()
    talk = Talk(other.environment())
    usual(talk, simulator.url)
    talk.answer(WRITE, "y")
    tap.same(talk.end(), 0, "the account was not locked")
    other.remove()
    home.remove()
    simulator.end()


# ---- leaving, and what cannot be written ----

def check_leaving(tap, simulator):
    answers = [(DOMAIN, "localhost"), (DOMAIN, ""), (ADDRESS, simulator.url), (USER, "wall"), (SECRET, "demo"), (WRITE, "")]
    for count in range(len(answers)):
        for name, what, wanted in (("Ctrl-C", lambda t: t.pty.send(b"\x03"), 130), ("the end of input", lambda t: t.pty.send(b"\x04"), 1),
                                   ("SIGTERM", lambda t: os.kill(t.pty.pid, signal.SIGTERM), 143)):
            home = Home()
            talk = Talk(home.environment())
            for pattern, text in answers[:count]:
                talk.answer(pattern, text)
            talk.wait(answers[count][0])
            what(talk)
            status = talk.pty.end()
            good = status == wanted and home.files() == [] and talk.pty.modes()[3] == talk.pty.before[3] and "Nothing was written." in talk.text()
            tap.check(good, "%s at question %d: nothing is written, the modes are back" % (name, count + 1), "%s\n%s" % (status, talk.text()))
            talk.pty.close()
            home.remove()
    home = Home()
    talk = Talk(home.environment())
    usual(talk, simulator.url, secret="")
    talk.wait(SECRET)
    os.kill(talk.pty.pid, signal.SIGSEGV)
    talk.pty.end()
    tap.check(talk.pty.modes()[3] == talk.pty.before[3], "a crash while a secret is typed leaves the modes as they were")
    talk.pty.close()
    talk = Talk(home.environment())
    usual(talk, simulator.url)
    talk.answer(WRITE, "n")
    tap.check(talk.end() == 1 and home.files() == [], "anything but y writes nothing", talk.text())
    home.remove()


def check_disks(tap, simulator):
    home = Home()
    env = home.environment()
    where = os.path.join(home.path, ".config")
    os.mkdir(where)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", where], stderr=subprocess.DEVNULL).returncode != 0:
        tap.skip("a full disk and a read-only one", "nothing can be mounted here")
        home.remove()
        return
    try:
        os.mkdir(home.config, 0o700)
        with open(os.path.join(home.config, "cxwall.conf"), "w") as file:
            file.write('theme = "dark"\n')
        with open(os.path.join(where, "filler"), "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        talk = Talk(env)
        usual(talk, simulator.url)
        talk.answer(WRITE, "y")
        tap.check(talk.end() == 1 and "No space left on device. To see what to write: cxwall setup --print Nothing was written." in talk.words(), "a full disk is told", talk.text())
        tap.same((sorted(os.listdir(home.config)), home.read("cxwall.conf")), (["cxwall.conf"], 'theme = "dark"\n'), "... and all is as it was")
        subprocess.run(["mount", "-o", "remount,ro", where], check=True)
        status, out, err = harness.run(["setup"], env)
        tap.check(status == 1 and "Read-only file system" in plain(out) and "setup --print" in out, "a read-only home is told before anything is asked", out + err)
    finally:
        subprocess.run(["umount", where])
        home.remove()


def check_places(tap, simulator):
    home = Home()
    env = home.environment()
    del env["HOME"]
    status, out, err = harness.run(["setup"], env)
    tap.check(status == 1 and "HOME is not set" in out, "without HOME there is no place", out + err)
    env = home.environment()
    os.makedirs(os.path.join(home.path, ".config"))
    os.makedirs(os.path.join(home.path, "dots", "cxwall"))
    os.symlink(os.path.join(home.path, "dots", "cxwall"), home.config)
    talk = Talk(env)
    usual(talk, simulator.url)
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and os.path.islink(home.config) and home.files() == ["dots/cxwall/cxwall.conf", "dots/cxwall/secret"],
              "a folder that is a link stays one", home.files())
    tap.same(harness.run(["list", "teams"], env)[0], 0, "... and works")
    os.remove(os.path.join(home.config, "cxwall.conf"))
    os.symlink("/nowhere/cxwall.conf", os.path.join(home.config, "cxwall.conf"))
    status, out, err = harness.run(["setup"], env)
    tap.check(status == 1 and "is a link that leads nowhere" in plain(out), "a link that leads nowhere is told", out + err)
    os.remove(os.path.join(home.config, "cxwall.conf"))
    os.chmod(os.path.join(home.path, "dots", "cxwall"), 0o777)
    status, out, err = harness.run(["setup"], env)
    tap.check(status == 1 and "others can write to" in out, "a folder that others can write to is refused", out + err)
    home.remove()


# ---- what is there already ----

OLD = """# mine
tenant = "localhost"   # the old one
theme = "dark"
user = "nobody"
secret_command = "echo old"
from = "mqtt://127.0.0.1:1/floor"
keys = { quit = "Q" }
"""


def check_existing(tap, simulator):
    home = Home()
    env = home.environment()
    os.makedirs(home.config)
    with open(os.path.join(home.config, "cxwall.conf"), "w") as file:
        file.write(OLD)
    talk = Talk(env)
    usual(talk, simulator.url)
    tap.check(talk.wait(WRITE) and re.search(r'- user = "nobody".*\+ user +=', talk.words()), "a file that is there is shown with what changes", talk.text())
    talk.answer(WRITE, "y")
    tap.same(talk.end(), 0, "... and changed after the y")
    new = home.read("cxwall.conf") or ""
    tap.check('theme = "dark"' in new and 'keys = { quit = "Q" }' in new and "# the old one" in new and "secret_command" not in new and
              'user        = "wall"' in new, "what else stood there stays", new)
    tap.same(home.read("cxwall.conf.bak"), OLD, "the former file is kept")
    tap.same(harness.run(["list", "teams"], env)[0], 0, "the new one works")
    # One with a mistake: no other command starts with it.
    with open(os.path.join(home.config, "cxwall.conf"), "w") as file:
        file.write("tenant = localhost\n")
    talk = Talk(env)
    tap.check(talk.wait(DOMAIN) and 'must be in double quotes: tenant = "localhost"' in talk.words(), "a mistake in it is told", talk.text())
    usual(talk, simulator.url)
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and harness.run(["list", "teams"], env)[0] == 0, "... and the file replaced", talk.text())
    tap.same(home.read("cxwall.conf.bak2"), "tenant = localhost\n", "... and kept, beside the other one")
    home.remove()


# ---- without a terminal ----

def pipe(env, text, *arguments):
    done = subprocess.run([harness.CXWALL, "setup", *arguments], env=env, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_pipe(tap, simulator):
    home = Home()
    env = home.environment()
    status, out, err = pipe(env, "localhost\n%s\nwall\ndemo\ny\n" % simulator.url)
    tap.check(status == 0 and home.read("secret") == "demo\n", "from a pipe each line answers one question", out + err)
    tap.check(": [" not in out and "demo" not in out, "... and no question is printed", out)
    home.remove()
    home = Home()
    env = home.environment()
    for what, text, wanted, words in (
            ("a wrong secret", "localhost\n%s\nwall\nnope\ndemo\ny\n" % simulator.url, 3, "The secret was refused"),
            ("a wrong address", "localhost\nhttp://127.0.0.1:1\nwall\ndemo\ny\n", 1, "refused the connection"),
            ("no y", "localhost\n%s\nwall\ndemo\n" % simulator.url, 1, "Nothing was written"),
            ("nothing", "", 1, "Nothing was written")):
        status, out, err = pipe(env, text)
        tap.check(status == wanted and words in out and home.files() == [], "from a pipe, %s: ends and writes nothing" % what, "%s %s%s" % (status, out, err))
    status, out, err = pipe(dict(env, CXWALL_SECRET="demo"), "\ny\n", "--tenant", "localhost", "--url", simulator.url, "--user", "wall")
    tap.check("The variable CXWALL_USER is set in this shell" in pipe(dict(env, CXWALL_USER="wall"), "\n\n\ny\n", "--tenant", "localhost", "--url", simulator.url)[1],
              "a variable that wins over the file is told")
    tap.check("The variable CXWALL_SECRET is set in this shell" in out, "... CXWALL_SECRET too", out)
    tap.check(status == 0 and home.read("secret") == "demo\n", "what options and CXWALL_SECRET give is not asked", out + err)
    home.remove()
    home = Home()
    env = home.environment()
    status, out, err = pipe(env, "localhost\n%s\nwall\ndemo\n" % simulator.url, "--print")
    tap.check(status == 0 and home.files() == [] and out.startswith("# The connection") and 'url         = "%s"' % simulator.url in out,
              "--print prints the file alone on standard output, and writes nothing", out + err)
    tap.check("demo" not in out + err, "... and not the secret", out + err)
    status, out, err = pipe(env, "", "--admin", "--user", "wall")
    tap.check(status == 0 and all(words in plain(out) for words in ("Access Realtime Stats API", "View real-time agent metrics", "View real-time service metrics",
                                                             "Generate", "supervisor", "'wall'")), "--admin prints what to ask for", out + err)
    home.remove()


def check_profiles(tap, simulator):
    home = Home()
    env = home.environment()
    talk = Talk(env, "--profile", "acme")
    usual(talk, simulator.url)
    talk.answer(WRITE, "y")
    tap.check(talk.end() == 0 and talk.text().rstrip().endswith("cxwall --profile acme"), "a profile is set up", talk.text())
    tap.same(home.files(), [".config/cxwall/acme.conf", ".config/cxwall/acme.secret"], "... in files of its own")
    tap.same(harness.run(["list", "teams", "--profile", "acme"], env)[0], 0, "... which commands read with --profile")
    tap.same(harness.run(["list", "teams"], dict(env, CXWALL_PROFILE="acme"))[0], 0, "... or CXWALL_PROFILE")
    for name, words in (("acne", "there is no profile 'acne' (did you mean 'acme'?)"), ("../acme", "is not a name"), (".acme", "is not a name")):
        status, out, err = harness.run(["list", "teams", "--profile", name], env)
        tap.check(status == 2 and words in err, "profile %s: %s" % (name, words), err)
    status, out, err = harness.run(["list", "profiles", "--format", "csv"], env)
    tap.check(status == 0 and "acme," in out, "list profiles", out + err)
    done = subprocess.run(["src/cxwall", "run"], executable=harness.CXWALL, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.check(b"\n    src/cxwall setup\n" in done.stderr, "... as it is called in a build that is not installed", done.stderr)
    status, out, err = harness.run(["run"], env)
    tap.check(status == 2 and re.search(r"not configured\.\n\n    cxwall setup\n", err) and max(map(len, err.splitlines())) <= 80, "without a configuration the first thing named is setup", err)
    home.remove()


def check_login_in_use(tap):
    """A wall elsewhere holds the login: its subscription is left alone."""
    simulator = Simulator()
    home, other = Home(), Home()
    env = home.environment()
    pipe(env, "localhost\n%s\nwall\ndemo\ny\n" % simulator.url)
    wall = harness.Pty([harness.CXWALL], dict(env, USER="somebody", XDG_RUNTIME_DIR=other.environment()["XDG_RUNTIME_DIR"]))
    wall.wait_output(b"live")
    talk = Talk(env)
    for pattern in (DOMAIN, USER, SECRET):
        talk.answer(pattern, "")
    tap.check(talk.end() == 0 and re.search(r"note Another client uses this login \(409\)\. [^.]*\. What this user may see was not tried\.", talk.words()),
              "a login in use is told, and no mistake", talk.text())
    tap.check("409" not in wall.output.decode(errors="replace"), "... and the wall keeps it")
    wall.send(b"q")
    tap.same(wall.end(), 0, "... until it ends")
    wall.close()
    home.remove()
    other.remove()
    simulator.end()


def check_two_walls(tap):
    """Walls of two profiles at once: each command reads that of its own profile."""
    home = Home()
    env = home.environment()
    sims = [Simulator("--services", "3"), Simulator("--services", "5", "--tenant", "other.example")]
    walls = []
    for name, domain, simulator in zip("ab", ("localhost", "other.example"), sims):
        status, out, err = pipe(env, "%s\n%s\nwall\ndemo\ny\n" % (domain, simulator.url), "--profile", name)
        tap.same(status, 0, "profile %s is set up" % name)
        walls.append(harness.Pty([harness.CXWALL, "--profile", name], env, columns=100, lines=30))
        walls[-1].wait_output(b"live")
    for name, count in zip("ab", (3, 5)):
        status, out, err = harness.run(["snapshot", "--profile", name, "--format", "csv", "--panel", "queues"], env)
        tap.same((status, len(out.splitlines())), (0, count + 1), "snapshot --profile %s is of its own contact centre" % name)
        status, out, err = harness.run(["doctor", "--profile", name], env)
        tap.check("profile: %s" % name in out and out.endswith("works: %d services, 3 teams. Start the wall with: cxwall --profile %s\n" % (count, name)),
                  "... and doctor says which", out + err)
    for wall in walls:
        wall.send(b"q")
        tap.same(wall.end(), 0, "a wall of a profile ends")
        wall.close()
    state = os.path.join(home.path, ".local", "state", "cxwall")
    tap.same(sorted(name for name in os.listdir(state) if name.endswith(".db")), ["localhost.db", "other.example.db"], "each has a history of its own")
    for simulator in sims:
        simulator.end()
    home.remove()


def main():
    harness.need_simulator()
    tap = harness.Tap()
    simulator = Simulator()
    check_good(tap, simulator)
    check_secrecy(tap)
    check_odd_characters(tap)
    check_wrong_answers(tap)
    check_clock(tap)
    check_pages_of_others(tap)
    check_signal_meanwhile(tap)
    check_stop(tap, simulator)
    check_domain_of_login(tap)
    check_lock(tap)
    check_address_family(tap)
    if shutil.which("openssl"):
        folder = harness.Folder()
        check_certificates(tap, Authority(folder.path))
        folder.remove()
    else:
        tap.skip("certificates", "no openssl command")
    check_leaving(tap, simulator)
    check_disks(tap, simulator)
    check_places(tap, simulator)
    check_existing(tap, simulator)
    check_pipe(tap, simulator)
    check_profiles(tap, simulator)
    check_login_in_use(tap)
    check_two_walls(tap)
    simulator.end()
    tap.done()


main()

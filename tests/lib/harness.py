"""What the end-to-end tests share: TAP, programs under test, terminals, a server of the collection's API.

The server here is written from the published collection alone and shares nothing with cxsim or cxwall.
"""

import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import warnings
import fcntl

# A suite that runs in the background of a shell, or under nohup, starts with these ignored, and cxwall leaves such ones alone.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

BUILD = os.path.abspath(os.environ.get("builddir", "."))
SOURCE = os.path.abspath(os.environ.get("srcdir", "."))
CXWALL = os.path.join(BUILD, "src", "cxwall")
CXSIM = os.path.join(BUILD, "src", "cxsim")

# Generous: a loaded machine under sanitizers is slow, and nothing waits this long when all is well.
PATIENCE = 120 if os.environ.get("FAULTS_VALGRIND") else 30


class Tap:
    """One line for each check; `done()` prints the plan and ends the program."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, good, what, detail=""):
        self.count += 1
        if not good:
            self.failed += 1
        print("%sok %d - %s" % ("" if good else "not ", self.count, what.replace("#", "no.")))
        if not good and detail:
            for line in str(detail).splitlines()[:60]:
                print("# " + line)
        sys.stdout.flush()
        return good

    def same(self, got, wanted, what):
        return self.check(got == wanted, what, "got    %r\nwanted %r" % (got, wanted))

    def skip(self, what, why):
        """Counted apart: what was not looked at is not fine."""
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, what.replace("#", "no."), why), flush=True)

    def done(self):
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)


def need_simulator():
    """Ends a test of a build without cxsim as one that is left out."""
    if not os.access(CXSIM, os.X_OK):
        print("1..0 # SKIP cxsim is not built")
        sys.exit(0)


def wait_for(condition, seconds=PATIENCE, step=0.02):
    """Polls until the condition is true; returns its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


def descriptors(pid):
    """How many files a process has open; where only root may look into cxwall, the size of their table, which grows with them."""
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except PermissionError:
        with open("/proc/%d/status" % pid) as file:
            return int(re.search(r"^FDSize:\s*(\d+)", file.read(), re.M).group(1))


def connections(port):
    """How many connections of this machine to a port of its own are established."""
    with open("/proc/net/tcp") as file:
        fields = [line.split() for line in file.readlines()[1:]]
    return sum(f[3] == "01" and int(f[2].split(":")[1], 16) == port for f in fields)


class Folder:
    """A temporary home: no configuration of the user's reaches the test."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="cxwall-test-")

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.path, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("CXWALL_", "XDG_")) and not k.endswith("_proxy")}
        env.update(HOME=self.path, XDG_CONFIG_HOME=self.path, XDG_RUNTIME_DIR=self.path, TERM="xterm-256color",
                   LC_ALL="C.UTF-8", TZ="UTC", CXWALL_SECRET="the-secret")
        for name in ("NO_COLOR", "COLORTERM", "COLORFGBG", "STY", "XTERM_VERSION"):
            env.pop(name, None)
        env.update(more)
        return env

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Collection(http.server.BaseHTTPRequestHandler):
    """The calls of the collection that a wallboard makes. State lives in the server object."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", kind="application/json", headers=()):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        request = {"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body}
        with self.server.lock:
            self.server.requests.append(request)
        self.server.serve(self, request)

    do_GET = do_POST = do_DELETE = handle_one


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Answers by a table that tests may change: (method, path without query) -> function(handler, request)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Collection)
        self.lock = threading.Lock()
        self.requests = []
        self.subscription = None
        self.polls = 0
        self.not_ready = 0
        self.cell = lambda panel, stat, row: "%s %d" % (stat, row)
        self.rows = 3
        self.total = lambda stat: "7"
        self.messages = []
        self.services = [{"id": "E66F7A0C-E464-4656-B4AA-026F53A3D403", "name": "Sales"},
                         {"id": "A2B6564D-C7FE-4086-A6CE-AE91C7A3A3D5", "name": "1"}]
        self.teams = [{"id": "F4ED90FA-5A49-4D76-9487-4E41B24CA45F", "name": "Customer Service"}]
        self.texts = []
        self.delivery = lambda text: "delivered"
        self.token = "CCE2C2EB964827D6"
        self.table = {
            ("POST", "/configapi/v2/oauth/token"): self.give_token,
            ("POST", "/statsapi/subscription"): self.create,
            ("GET", "/statsapi/subscription/data"): self.data,
            ("DELETE", "/statsapi/subscription/active"): self.delete,
            ("GET", "/statsapi/cfg/teams"): lambda h, r: h.answer(200, self.teams),
            ("GET", "/statsapi/cfg/services"): lambda h, r: h.answer(200, self.services),
            ("GET", "/statsapi/cfg/dispositions"): lambda h, r: h.answer(200, ["Product sold", "Silence"]),
            ("GET", "/statsapi/info/check_available_agents"): lambda h, r: h.answer(200, {"availability": True}),
            ("GET", "/configapi/v2/campaign/getAll/"): lambda h, r: h.answer(200, []),
            ("POST", "/clientweb/smsapi/v1/Messages"): self.send_text,
        }
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_address[1]

    def handle_error(self, request, client_address):
        pass

    def serve(self, handler, request):
        path = request["path"].split("?")[0]
        function = self.table.get((request["method"], path))
        if function is None and request["method"] == "GET" and path.startswith("/clientweb/smsapi/v1/Messages/"):
            function = self.text_status
        if function is None:
            handler.answer(500, b"unknown endpoint", "text/plain")
        else:
            function(handler, request)

    def polled(self, count=1):
        """Waits for so many polls more; false if they do not come."""
        wanted = self.polls + count
        return wait_for(lambda: self.polls >= wanted)

    def give_token(self, handler, request):
        handler.answer(200, {"access_token": self.token, "token_type": "Bearer", "expires_in": "3600",
                             "scope": "example.cx.onecloud.com"})

    def authorised(self, handler, request):
        if request["headers"].get("Authorization") == "Bearer " + self.token:
            return True
        handler.answer(401, b"", "text/plain")
        return False

    def create(self, handler, request):
        if not self.authorised(handler, request):
            return
        self.subscription = json.loads(request["body"])
        handler.answer(200, b"", "text/plain")

    def grid(self, panel, grid):
        rows = []
        for row in range(self.rows):
            rows.append({str(c["id"]): self.cell(panel, c.get("stat_name", c.get("statName")), row)
                         for c in grid["columns"]})
        return {"id": grid["id"], "values": rows}

    def app(self, app_id, asked):
        answer = {}
        for kind in ("agent_grids", "service_grids"):
            if kind in asked:
                answer[kind] = [self.grid(app_id.split("/")[-1], grid) for grid in asked[kind]]
        if "stats_totals" in asked:
            answer["stats_totals"] = {stat: self.total(stat) for stat in asked["stats_totals"]}
        if "chat_messages" in asked:
            answer["chat_messages"] = self.messages
        return answer

    def data(self, handler, request):
        if not self.authorised(handler, request):
            return
        if self.subscription is None:
            handler.answer(404, b"", "text/plain")
        elif self.not_ready > 0:
            self.not_ready -= 1
            handler.answer(204)
        else:
            self.polls += 1
            handler.answer(200, {app_id: self.app(app_id, asked) for app_id, asked in self.subscription.items()})

    def delete(self, handler, request):
        if not self.authorised(handler, request):
            return
        self.subscription = None
        handler.answer(200, b"", "text/plain")

    def text_answer(self, text, status, sid):
        """The collection's example, field by field."""
        return {"account_sid": "2B699762-370C-4F76-A684-A85B5F93DF84", "api_version": "1", "body": text["Body"],
                "num_segments": "1", "num_media": "0", "date_created": "Wed, 06 Feb 2019 08:24:08 +0000",
                "date_sent": None, "date_updated": "Wed, 06 Feb 2019 08:24:08 +0000", "direction": "outbound-api",
                "error_code": text.get("error"), "error_message": None, "from": text["From"], "price": None, "sid": sid,
                "status": status, "to": text["To"], "uri": "/clientweb/smsapi/v1/Messages/" + text["sid"]}

    def send_text(self, handler, request):
        if not self.authorised(handler, request):
            return
        text = json.loads(request["body"])
        if not text.get("To") or not text.get("From") or not text.get("Body"):
            handler.answer(400, b"", "text/plain")
            return
        with self.lock:
            text["sid"] = "cbbb47e2-23be-452f-9b81-%012x" % len(self.texts)
            text["looks"] = 0
            self.texts.append(text)
        handler.answer(200, self.text_answer(text, "queued", text["sid"]))

    def text_status(self, handler, request):
        if not self.authorised(handler, request):
            return
        sid = request["path"].rsplit("/", 1)[1]
        found = [t for t in self.texts if t["sid"] == sid]
        if not found:
            handler.answer(404, b"", "text/plain")
            return
        found[0]["looks"] += 1
        handler.answer(200, self.text_answer(found[0], self.delivery(found[0]), None))

    def lines(self):
        with self.lock:
            return ["%s %s" % (r["method"], r["path"]) for r in self.requests]

    def find(self, method, path):
        with self.lock:
            return [r for r in self.requests if r["method"] == method and r["path"].split("?")[0] == path]


def options(server, *more):
    return ["--url", server.url, "--tenant", "example.cx.onecloud.com", "--user", "stats.user", *more]


def run(arguments, env, seconds=PATIENCE * 2):
    """Runs cxwall to its end: (status, standard output, standard error)."""
    done = subprocess.run([CXWALL, *arguments], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=seconds)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Lines:
    """A program in no terminal, whose lines on standard output are read as they come."""

    def __init__(self, arguments, env, **more):
        self.child = subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            self.lines.append(line.decode().rstrip("\n"))

    def wait(self, pattern, since=0, seconds=PATIENCE):
        return wait_for(lambda: [l for l in self.lines[since:] if re.search(pattern, l)], seconds)

    def end(self, number=signal.SIGTERM):
        """Its status, as a shell has it."""
        self.child.send_signal(number)
        status = self.child.wait(30)
        self.reader.join(5)
        return 128 - status if status < 0 else status


class Terminal:
    """A program in a real pseudo-terminal that tmux draws."""

    def __init__(self, arguments, env, columns=120, lines=40):
        self.folder = tempfile.mkdtemp(prefix="cxwall-tmux-")
        self.socket = os.path.join(self.folder, "s")
        self.status_file = os.path.join(self.folder, "status")
        command = " ".join("'%s'" % a.replace("'", "'\\''") for a in arguments)
        script = "%s 2>'%s/stderr'; echo $? >'%s'; stty -a >'%s/stty'; sleep 1000" % (
            command, self.folder, self.status_file, self.folder)
        subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y",
                        str(lines), script], env=env, check=True)

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.stdout.decode()

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait(self, pattern, seconds=PATIENCE):
        """The screen once it matches, or the last one."""
        wait_for(lambda: re.search(pattern, self.text()), seconds, 0.05)
        return self.text()

    def shows(self, pattern, seconds=PATIENCE):
        """Whether the screen matches before so many seconds are over."""
        return wait_for(lambda: re.search(pattern, self.text()) is not None, seconds, 0.05)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def pid(self):
        pane = self.tmux("list-panes", "-F", "#{pane_pid}").strip()
        children = subprocess.run(["pgrep", "-P", pane], stdout=subprocess.PIPE).stdout.decode().split()
        return int(children[0]) if children else None

    def status(self, seconds=PATIENCE):
        wait_for(lambda: os.path.exists(self.status_file) and open(self.status_file).read().strip(), seconds)
        return int(open(self.status_file).read()) if os.path.exists(self.status_file) else None

    def errors(self):
        path = os.path.join(self.folder, "stderr")
        return open(path).read() if os.path.exists(path) else ""

    def stty(self):
        path = os.path.join(self.folder, "stty")
        return wait_for(lambda: os.path.exists(path) and open(path).read())

    def close(self):
        self.tmux("kill-server")
        shutil.rmtree(self.folder, ignore_errors=True)

    def quit(self):
        """Its status after q; it is closed then."""
        self.keys("q")
        status = self.status()
        self.close()
        return status


# A configuration of OpenSSL (OPENSSL_CONF) that leaves old versions of TLS to the program.
OLD_TLS = """
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = old
[old]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
"""


def old_tls(certificate, key=None, newest=ssl.TLSVersion.TLSv1_1):
    """The context of a server that knows no version newer than this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    context.load_cert_chain(certificate, key)
    return context


class Pty:
    """A program in a pseudo-terminal whose bytes and modes the test sees itself."""

    def __init__(self, arguments, env, columns=120, lines=40):
        # Size and modes are those of before the program, which may be quick.
        self.master, slave = pty.openpty()
        self.resize(columns, lines)
        self.before = self.modes()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in range(3):
                os.dup2(slave, number)
            os.execve(arguments[0], arguments, env)
        os.close(slave)
        self.output = b""
        self.status = None

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds=0.0):
        """Takes what there is, waiting for the first of it at most so long; False at the end."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            part = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += part
        return bool(part)

    def wait_output(self, pattern, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.output) and time.monotonic() < end:
            if not self.read(0.05):
                break
        return re.search(pattern, self.output) is not None

    def modes(self):
        return termios.tcgetattr(self.master)

    def send(self, keys):
        os.write(self.master, keys)

    def end(self, seconds=PATIENCE):
        """Waits for the end, reading on: the exit status as a shell shows it, or None."""
        stop = time.monotonic() + seconds
        while self.status is None and time.monotonic() < stop:
            if self.master is not None:
                self.read(0.02)
            else:
                time.sleep(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
                # A read takes 4 kB at most, and the program may have written more just before its end.
                while self.master is not None and select.select([self.master], [], [], 0)[0] and self.read():
                    pass
        return self.status

    def hang_up(self):
        os.close(self.master)
        self.master = None

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.master is not None:
            os.close(self.master)

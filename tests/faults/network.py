"""What may happen between the wall and the API: names, connections, proxies, certificates."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from bed import Centre, Fault, Relay, Watch, judge, reset, usual
from certificates import Authority
import harness

HERE = os.path.dirname(os.path.abspath(__file__))


# ---- connections ----

def through_relay(mode):
    """The wall is started through a relay that later becomes this."""
    def run(bed):
        relay = Relay(bed.server.server_address[1])
        change_url(bed, "http://127.0.0.1:%d" % relay.port)
        bed.fault.begin = lambda b: relay.become(mode)
        bed.fault.end = lambda b: relay.become("pass")
        bed.fault.also = lambda b: b.check(len(relay.accepted) < 40, "no flood of connections", len(relay.accepted))
        usual(bed)
    return run


def change_url(bed, url):
    bed.arguments[bed.arguments.index("--url") + 1] = url


def run_stopped(bed):
    """The server's process stands still: its kernel takes connections, and nobody answers them."""
    server = subprocess.Popen([harness.CXSIM, "--port", "0", "--user", "stats.user", "--secret", "demo", "--tenant",
                               "example.cx.onecloud.com", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = server.stdout.readline().decode()
    change_url(bed, re.search(r"http://[0-9.:]+", line).group(0))
    bed.env["CXWALL_SECRET"] = "demo"
    bed.arguments[bed.arguments.index("-l") + 1] = "queues"
    live = lambda: re.search(r"● live ", bed.wall.text().split("\n", 1)[0])
    try:
        bed.start()
        bed.check(harness.wait_for(live, 20), "the wall is live before", bed.wall.text())
        bed.server.good = time.monotonic()
        shown = re.findall(r"│ (\S+)", bed.wall.text())
        server.send_signal(signal.SIGSTOP)
        watch, took, began, cpu = Watch(bed), 12, time.monotonic(), bed.processor()
        bed.fault.kept = False
        took = watch.hold(took)
        judge(bed, watch, took, began, cpu)
        bed.same(set(shown[:1]) <= set(re.findall(r"│ (\S+)", watch.text)), True, "the last good data stay")
        bed.row["kept"] = "stay"
        bed.row["requests"] = ""
        server.send_signal(signal.SIGCONT)
        began = time.monotonic()
        bed.check(harness.wait_for(live, 30), "it is live again by itself", bed.wall.text())
        bed.row["recovery"] = "%.0f s" % max(1, time.monotonic() - began)
        bed.wall.keys("q")
        bed.same(bed.wall.status(), 0, "q ends it with 0")
    finally:
        server.kill()
        server.wait()


def run_restarted(bed):
    """The server's machine goes away and comes back, and remembers no subscription."""
    relay = Relay(bed.server.server_address[1])
    change_url(bed, "http://127.0.0.1:%d" % relay.port)

    def begin(b):
        relay.become("refuse")
        b.server.subscription = None
    bed.fault.begin = begin
    bed.fault.end = lambda b: relay.become("pass")
    usual(bed)


# ---- names ----

def resolver(bed):
    """Compiles the name server that can fail; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    library = os.path.join(bed.folder.path, "resolver.so")
    if compiler is None or subprocess.run([compiler, "-shared", "-fPIC", "-o", library, os.path.join(HERE, "resolver.c"),
                                           "-ldl"], stderr=subprocess.DEVNULL).returncode != 0:
        bed.skipped = "no compiler"
        return False
    modes = bed.folder.write("resolver", "127.0.0.1\n")
    bed.env.update(LD_PRELOAD=library, FAULTS_RESOLVER=modes,
                   ASAN_OPTIONS=bed.env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    change_url(bed, "http://wall.test:%d" % bed.server.server_address[1])
    bed.arguments += ["-c", bed.folder.write("plain.conf", "allow_plaintext = true\n")]
    return True


def run_name(mode, starting):
    def run(bed):
        if not resolver(bed):
            return

        def begin(b):
            b.folder.write("resolver", mode + "\n")
            if not starting:
                # An address that was found is good for a minute; then a cut makes the wall ask again.
                time.sleep(61)
                hang_up(b.server)
        bed.fault.begin = begin
        bed.fault.end = lambda b: b.folder.write("resolver", "127.0.0.1\n")
        bed.fault.starting = starting
        usual(bed)
    return run


def run_leave_hanging(bed):
    """The end does not wait for a name server."""
    if not resolver(bed):
        return
    bed.folder.write("resolver", "hang\n")
    bed.start()
    bed.wall.wait("signing in")
    time.sleep(1)
    began = time.monotonic()
    bed.wall.keys("q")
    bed.same(bed.wall.status(10), 0, "q ends it with 0")
    took = time.monotonic() - began
    bed.check(took < 4, "at once", "%.1f s" % took)
    bed.row.update(said="signing in", recovery="ended meanwhile")


class Cutting(Centre):
    """Knows its connections, so that a test can cut them: a name is looked up for a new one only."""

    def __init__(self):
        self.handlers = []
        super().__init__()

    def serve(self, handler, request):
        if handler.connection not in self.handlers:
            self.handlers.append(handler.connection)
        super().serve(handler, request)


# ---- TLS ----

class Secure(Cutting):
    """The same centre behind TLS; each new connection sees the certificate that is shown now."""

    def __init__(self):
        self.context = None
        super().__init__()

    def show(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.replace(".pem", ".key"))
        self.context = context

    def get_request(self):
        connection, address = super().get_request()
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address


def hang_up(server):
    for connection in list(server.handlers):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    server.handlers.clear()


BAD = {
    "expired": lambda a: a.signed("expired", "DNS:localhost", "20200101000000Z", "20210101000000Z"),
    "not yet": lambda a: a.signed("notyet", "DNS:localhost", "20400101000000Z", "20410101000000Z"),
    "self-signed": lambda a: a.self_signed("self", "DNS:localhost"),
    "wrong name": lambda a: a.signed("wrong", "DNS:elsewhere.test"),
}


def secure(bed):
    """A wall that trusts the test's authority and asks the centre by TLS."""
    if shutil.which("openssl") is None:
        bed.skipped = "no openssl command"
        return None
    folder = os.path.join(bed.folder.path, "ca")
    os.mkdir(folder)
    authority = Authority(folder)
    bed.good = authority.signed("good", "DNS:localhost,DNS:wall.test")
    bed.server.show(bed.good)
    change_url(bed, "https://localhost:%d" % bed.server.server_address[1])
    bed.arguments += ["--ca-file", authority.file]
    return authority


def run_certificate(kind):
    def run(bed):
        authority = secure(bed)
        if authority is None:
            return
        bad = BAD[kind](authority)

        def show(certificate):
            bed.server.show(certificate)
            hang_up(bed.server)
        bed.fault.begin = lambda b: show(bad)
        bed.fault.end = lambda b: show(bed.good)
        usual(bed)
    return run


def run_plain_on_tls(bed):
    """The port of https answers plain http: nothing is sent to it."""
    if secure(bed) is None:
        return
    plain = Centre()
    relay = Relay(bed.server.server_address[1])
    change_url(bed, "https://localhost:%d" % relay.port)

    def begin(b):
        relay.target = plain.server_address[1]
        relay.become("pass")

    def end(b):
        relay.target = b.server.server_address[1]
        relay.become("pass")
    bed.fault.begin, bed.fault.end = begin, end
    usual(bed)
    bed.same(plain.lines(), [], "the plain server sees no request")


def run_silent_tls(bed):
    if secure(bed) is None:
        return
    relay = Relay(bed.server.server_address[1])
    change_url(bed, "https://localhost:%d" % relay.port)

    def begin(b):
        relay.become("refuse")
        relay.become("swallow")
    bed.fault.begin, bed.fault.end = begin, lambda b: relay.become("pass")
    usual(bed)


# ---- proxies ----

HANG = b"hang"
GARBAGE = b"\0\1\2 something else\r\n\r\n"
NOTHING = b"\r\n"


class Proxy:
    """A CONNECT proxy that knows one name, and may refuse."""

    def __init__(self, target):
        self.target, self.refusal, self.lines, self.open = target, None, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.meet, args=(client,), daemon=True).start()

    def meet(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(4096)
            if not part:
                return
            head += part
        self.lines.append(head.split(b"\r\n")[0].decode())
        if self.refusal == HANG:
            self.open += [client]
            return
        if self.refusal in (GARBAGE, NOTHING):
            client.sendall(self.refusal if self.refusal == GARBAGE else b"")
            client.close()
            return
        if self.refusal:
            client.sendall(b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % self.refusal)
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.target))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.open += [client, server]
        relay = Relay.__new__(Relay)
        relay.mode = "pass"
        threading.Thread(target=relay.pump, args=(server, client), daemon=True).start()
        relay.pump(client, server)

    def cut(self):
        for end in self.open:
            reset(end)
        self.open = []


def behind_proxy(bed):
    authority = secure(bed)
    if authority is None:
        return None
    proxy = Proxy(bed.server.server_address[1])
    change_url(bed, "https://wall.test")
    bed.arguments += ["--proxy", proxy.url]
    return proxy


def run_proxy_refuses(refusal):
    def run(bed):
        proxy = behind_proxy(bed)
        if proxy is None:
            return

        def begin(b):
            proxy.refusal = refusal
            proxy.cut()

        def end(b):
            proxy.refusal = None
            proxy.cut()
        bed.fault.begin, bed.fault.end = begin, end
        usual(bed)
        bed.check(set(proxy.lines) == {"CONNECT wall.test:443 HTTP/1.1"}, "the proxy sees the name and nothing else", proxy.lines)
    return run


def run_proxy_gone(bed):
    proxy = behind_proxy(bed)
    if proxy is None:
        return
    port = proxy.listener.getsockname()[1]

    def begin(b):
        proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()
        proxy.cut()

    def end(b):
        proxy.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=proxy.serve, daemon=True).start()
    bed.fault.begin, bed.fault.end = begin, end
    usual(bed)


TLS = {"server": Secure}
NAME = {"server": Cutting}

FAULTS = [
    Fault("refused", "the port is closed", r"127.0.0.1 refused the connection", run=through_relay("refuse")),
    Fault("server restarted", "the port is closed; the server comes back without our subscription",
          r"127.0.0.1 refused the connection", run=run_restarted, posts=2),
    Fault("reset", "each connection is reset (RST)", r"The connection broke|closed the connection", run=through_relay("reset")),
    Fault("half-open", "what is sent disappears, new connections are taken and never answered", r"did not answer within 9 s",
          run=through_relay("swallow"), hold=12),
    Fault("stopped server", "the server's process is stopped (SIGSTOP)", r"did not answer within 9 s", run=run_stopped),
    Fault("unknown name", "the name server does not know the name", r"The name wall.test is unknown", bed=NAME,
          run=run_name("unknown", False)),
    Fault("unknown name at the start", "the same", r"The name wall.test is unknown", bed=NAME, run=run_name("unknown", True)),
    Fault("name server fails", "the name server says: try again", r"wall.test is unknown", bed=NAME, run=run_name("again", False)),
    Fault("name server hangs", "the name server does not answer", r"name server did not answer for wall.test", bed=NAME,
          run=run_name("hang", False), hold=10),
    Fault("ended while the name server hangs", "`q` while the first name is looked up", run=run_leave_hanging, starting=True),
    Fault("proxy works, then refuses", "a CONNECT proxy, then 403", r"The proxy refused the connection \(403\)", bed=TLS,
          run=run_proxy_refuses(b"403 Forbidden")),
    Fault("proxy wants a password", "a CONNECT proxy, then 407", r"The proxy refused the connection \(407\)", bed=TLS,
          run=run_proxy_refuses(b"407 Proxy Authentication Required")),
    Fault("proxy gone", "the proxy's port is closed", r"The proxy 127.0.0.1 refused the connection", bed=TLS, run=run_proxy_gone),
    Fault("proxy hangs", "a CONNECT proxy that takes the request and never answers", r"No connection through the proxy 127.0.0.1",
          bed=TLS, run=run_proxy_refuses(HANG), hold=8),
    Fault("proxy hangs up", "a CONNECT proxy that takes the request and closes the connection",
          r"Proxy 127.0.0.1: The connection broke|Proxy 127.0.0.1: The server closed the connection", bed=TLS, run=run_proxy_refuses(NOTHING)),
    Fault("proxy is none", "what answers the CONNECT is no HTTP", r"Proxy 127.0.0.1: the (connection broke|answer is no HTTP)",
          bed=TLS, run=run_proxy_refuses(GARBAGE)),
    Fault("TLS hangs", "new connections are taken, and the handshake is never answered", r"No encrypted connection within 6 s", bed=TLS,
          run=run_silent_tls, hold=10),
    Fault("certificate expired", "a new connection sees an expired certificate", r"The certificate has expired", bed=TLS,
          run=run_certificate("expired")),
    Fault("certificate of the future", "not valid yet", r"The certificate is not valid yet", bed=TLS, run=run_certificate("not yet")),
    Fault("certificate self-signed", "by nobody", r"The certificate is self-signed", bed=TLS, run=run_certificate("self-signed")),
    Fault("certificate of another name", "signed, for another host", r"The certificate is for another host", bed=TLS,
          run=run_certificate("wrong name")),
    Fault("plain HTTP on the TLS port", "the port of https answers http", r"no encrypted connection", bed=TLS,
          run=run_plain_on_tls),
]

"""Who may read and publish what: logins, access lists, certificates, versions of MQTT."""

import glob
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness
from broker import published


def logins(tap, centre):
    """A password file and an access list, as doc/mqtt.md shows them."""
    folder = centre.folder
    passwords = os.path.join(folder.path, "passwords")
    for i, (user, word) in enumerate((("writer", "wpass"), ("wall", "rpass"), ("other", "opass"))):
        subprocess.run(["mosquitto_passwd", "-b", *(["-c"] if i == 0 else []), passwords, user, word], check=True,
                       stderr=subprocess.DEVNULL)
    access = folder.write("acl", "user writer\ntopic readwrite floor/#\nuser wall\ntopic read floor/#\nuser other\ntopic read b/#\n", 0o644)
    os.chmod(passwords, 0o644)
    mqtt = broker.Broker(folder, "logins", "password_file %s\nacl_file %s" % (passwords, access), anonymous=False)
    good = folder.write("wpass", "wpass\n")
    publisher = centre.publish(mqtt.url(), "--broker-user", "writer", CXWALL_BROKER_PASSWORD_FILE=good)
    tap.check(published(mqtt, login=("-u", "writer", "-P", "wpass")), "a publisher signs in with a password file")
    status, out, errors = centre.check(mqtt.url(), "--broker-user", "wall", CXWALL_BROKER_PASSWORD="rpass")
    tap.check(status == 0 and "rpass" not in errors, "a screen signs in with the password of its environment", out + errors)
    status, out, errors = centre.snapshot(mqtt.url(), "--broker-user", "wall", CXWALL_BROKER_PASSWORD="wrong")
    tap.same((status, out), (3, ""), "with the wrong one nothing is read: 3")
    tap.check("refused our login" in errors and "Check broker_user" in errors and "wrong\n" not in errors, "and the reason is told", errors)
    status, out, errors = centre.snapshot(mqtt.url())
    tap.check(status == 3 and out == "" and "requires a login" in errors, "without a login too", errors)
    status, out, errors = centre.check(mqtt.url(), CXWALL_BROKER_PASSWORD="rpass")
    tap.check(status == 3 and "broker_user" in errors, "a password without a user is a mistake", errors)
    status, out, errors = centre.snapshot(mqtt.url(), "--broker-user", "other", CXWALL_BROKER_PASSWORD="opass")
    tap.same((status, out), (4, ""), "outside of its access list a screen reads nothing")
    tap.check("Nothing arrives from floor" in errors and "access list" in errors, "and is told what that may be", errors)
    log = open(mqtt.log).read()
    ids = re.findall(r"New client connected from \S+ as (cxwall\w+) .*u'other'", log)
    sent = [line for line in log.splitlines() if "Sending PUBLISH to" in line and any(i in line for i in ids)]
    tap.check(ids and not sent, "the broker sent it nothing", sent[:5])
    wall = harness.Terminal([harness.CXWALL, "run", "--from", mqtt.url(), "-l", centre.layout, "--broker-user", "wall"],
                            centre.screen_env(CXWALL_BROKER_PASSWORD="wrong"), 100, 12)
    tap.check("refused our login" in wall.wait("refused our login", 10), "a wall says it too", wall.text())
    tap.same(wall.quit(), 0, "and ends as asked")
    denied = centre.publish(mqtt.url(), "--broker-user", "wall", CXWALL_BROKER_PASSWORD="rpass")
    time.sleep(4)
    # Its prefix is taken: another publisher is there.
    tap.same(denied.wait(20), 5, "a reader's login finds the publisher that is there")
    centre.end(publisher)
    denied = centre.publish(mqtt.url(), "--broker-user", "wall", CXWALL_BROKER_PASSWORD="rpass")
    time.sleep(5)
    said = centre.end(denied)
    tap.check("does not take what is published" in said, "a publisher that may only read is told by the broker's reason", said)
    mqtt.stop()


DYNAMIC = {"defaultACLAccess": {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True},
           "clients": [], "groups": [], "roles": []}


def refused_topics(tap, centre):
    """A broker that answers a subscription with a refusal, in both versions."""
    plugin = "".join(glob.glob("/usr/lib/*/mosquitto_dynamic_security.so")[:1])
    if not plugin:
        tap.skip("a subscription that is refused", "mosquitto's plugin is not installed")
        return
    rules = centre.folder.write("dynamic.json", json.dumps(DYNAMIC), 0o666)
    mqtt = broker.Broker(centre.folder, "dynamic", "plugin %s\nplugin_opt_config_file %s" % (plugin, rules))
    status, out, errors = centre.snapshot(mqtt.url())
    tap.same((status, out), (3, ""), "a refused subscription is a refusal: 3")
    tap.check("does not let us read floor (not authorised)" in errors, "with MQTT 5's reason", errors)
    old = broker.Proxy(mqtt.port)
    old.filter = refuse_five
    status, out, errors = centre.snapshot(mqtt.url(port=old.port))
    tap.check(status == 3 and "does not let us read floor" in errors, "MQTT 3.1.1's 0x80 is one too", errors)
    publisher = centre.publish(mqtt.url())
    time.sleep(4)
    said = centre.end(publisher)
    tap.check("does not let us read" in said, "and a publisher says that it cannot look who else is there", said)
    mqtt.stop()
    old.close()


def refuse_five(first):
    """What a broker of 3.1.1 answers to MQTT 5: return code 1. The version stands behind the letters MQTT."""
    at = first.find(b"MQTT")
    return b"\x20\x02\x00\x01" if at >= 0 and first[at + 4] == 5 else None


def old_version(tap, centre):
    mqtt = broker.Broker(centre.folder, "old")
    proxy = broker.Proxy(mqtt.port)
    proxy.filter = refuse_five
    publisher = centre.publish(mqtt.url(port=proxy.port))
    tap.check(published(mqtt), "a publisher falls back to MQTT 3.1.1")
    status, out, errors = centre.check(mqtt.url(port=proxy.port))
    tap.check(status == 0, "and so does a screen", out + errors)
    tap.check("p2, c1" in open(mqtt.log).read() or " (p4" in open(mqtt.log).read() or "(p2," in open(mqtt.log).read(), "the broker saw 3.1.1")
    closing = broker.Proxy(mqtt.port)
    closing.filter = lambda first: b"" if refuse_five(first) else None
    status, out, errors = centre.check(mqtt.url(port=closing.port))
    tap.check(status == 0, "a broker that only closes gets 3.1.1 as well", out + errors)
    centre.end(publisher)
    mqtt.stop()
    proxy.close()
    closing.close()


def tls(tap, centre):
    folder = centre.folder
    authority = broker.Certificates(folder)
    good = authority.sign("good", "DNS:localhost,IP:127.0.0.1")
    wrong = authority.sign("wrong", "DNS:broker.example")
    expired = authority.sign("expired", "DNS:localhost,IP:127.0.0.1", "-1")
    client = authority.sign("client", "")
    for signed in (good, wrong, expired):
        os.chmod(signed.key, 0o644)
    mqtt = broker.Broker(folder, "tls", tls=good)
    url = "mqtts://localhost:%d/floor" % mqtt.port
    trust = ["--broker-ca-file", authority.ca]
    publisher = centre.publish(url, *trust)
    status, out, errors = harness.wait_for(lambda: (lambda r: r if r[0] == 0 else None)(centre.check(url, *trust)), 30) or (9, "", "")
    tap.check(status == 0, "mqtts to a broker whose certificate is for its name", out + errors)
    status, out, errors = centre.snapshot(url)
    tap.check(status == 4 and out == "" and "not trusted" in errors, "an unknown authority is not trusted", errors)
    status, out, errors = centre.snapshot("mqtts://127.0.0.1:%d/floor" % mqtt.port, *trust)
    tap.same(status, 0, "an address is a name as well where the certificate has it")
    centre.end(publisher)
    mqtt.stop()
    for signed, words in ((wrong, "not for localhost"), (expired, "has expired")):
        mqtt = broker.Broker(folder, "tls-bad", tls=signed)
        status, out, errors = centre.snapshot("mqtts://localhost:%d/floor" % mqtt.port, *trust)
        tap.check(status == 4 and out == "" and words in errors, "a certificate that is refused: %s" % words, errors)
        tap.check("Client connected" not in open(mqtt.log).read() and "as cxwall" not in open(mqtt.log).read(),
                  "and nothing was said to that broker")
        mqtt.stop()
    mqtt = broker.Broker(folder, "tls-client", "require_certificate true\nuse_identity_as_username true", tls=good)
    url = "mqtts://localhost:%d/floor" % mqtt.port
    identity = {"CXWALL_BROKER_CERT_FILE": client.cert, "CXWALL_BROKER_KEY_FILE": client.key}
    publisher = centre.publish(url, *trust, **identity)
    time.sleep(3)
    status, out, errors = centre.check(url, *trust, **identity)
    tap.check(status == 0, "a client certificate signs in", out + errors)
    status, out, errors = centre.check(url, *trust)
    tap.check(status == 3, "and without it nothing does", out + errors)
    os.chmod(client.key, 0o644)
    status, out, errors = centre.check(url, *trust, **identity)
    tap.check(status == 3 and "others may read" in errors, "a key that others may read is refused", errors)
    centre.end(publisher)
    mqtt.stop()
    server_name(tap, centre, good, trust)
    old_versions(tap, centre, good, trust)


def renewed(tap, centre):
    """The authority changes while a publisher runs."""
    other = harness.Folder()
    os.chmod(other.path, 0o755)
    first, second = broker.Certificates(centre.folder), broker.Certificates(other)
    trusted = centre.folder.path + "/trusted.pem"
    status = None
    for authority in (first, second):
        signed = authority.sign("renewed", "DNS:localhost")
        os.chmod(signed.key, 0o644)
        with open(trusted, "w") as file:
            file.write(open(authority.ca).read())
        mqtt = broker.Broker(centre.folder, "renewed", tls=signed, port=None if status is None else mqtt.port)
        url = "mqtts://localhost:%d/floor" % mqtt.port
        if status is None:
            publisher = centre.publish(url, "--broker-ca-file", trusted)
        status, out, errors = harness.wait_for(
            lambda: (lambda r: r if r[0] == 0 else None)(centre.check(url, "--broker-ca-file", trusted)), 60) or (9, "", "")
        tap.check(status == 0, "a publisher trusts the authority in its file", out + errors)
        mqtt.stop()
    centre.end(publisher)
    pipe = centre.folder.path + "/pipe.pem"
    os.mkfifo(pipe)
    for variable in ("CXWALL_BROKER_CA_FILE", "CXWALL_BROKER_CERT_FILE", "CXWALL_BROKER_KEY_FILE"):
        files = {"CXWALL_BROKER_CERT_FILE": signed.cert, "CXWALL_BROKER_KEY_FILE": signed.key, "CXWALL_BROKER_CA_FILE": trusted}
        files[variable] = pipe
        status, out, errors = centre.check("mqtts://localhost:9/floor", **files)
        tap.check(status == 3 and "%s: %s: not a file" % (variable[7:].lower(), pipe) in out, "a pipe as %s is refused" % variable, out + errors)
    other.remove()


def server_name(tap, centre, signed, trust):
    """The name goes into the handshake, though the connection goes to an address."""
    names = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed.cert, signed.key)
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)

    def serve():
        while True:
            try:
                near, _ = listener.accept()
                context.wrap_socket(near, server_side=True).close()
            except OSError:
                if listener.fileno() < 0:
                    return
    threading.Thread(target=serve, daemon=True).start()
    child = subprocess.Popen([harness.CXWALL, "check", "now.in_calls_waiting < 1", "-l", centre.layout, "--from",
                              "mqtts://localhost:%d/floor" % listener.getsockname()[1], *trust], env=centre.screen_env(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    harness.wait_for(lambda: names, 10)
    child.terminate()
    child.wait(10)
    listener.close()
    tap.check(names and set(names) == {"localhost"}, "the handshake names the broker and not its address", names)


def old_versions(tap, centre, signed, trust):
    """TLS 1.1 is refused by the program itself, whatever the system allows."""
    environment = dict(centre.screen_env(), OPENSSL_CONF=centre.folder.write("openssl.cnf", harness.OLD_TLS))
    for newest, wanted in ((ssl.TLSVersion.TLSv1_1, None), (ssl.TLSVersion.TLSv1_2, "TLSv1.2")):
        context, made = harness.old_tls(signed.cert, signed.key, newest), []
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            near, _ = listener.accept()
            try:
                with context.wrap_socket(near, server_side=True) as secure:
                    made.append(secure.version())
            except (OSError, ssl.SSLError):
                made.append(None)
        threading.Thread(target=serve, daemon=True).start()
        child = subprocess.Popen([harness.CXWALL, "check", "now.in_calls_waiting < 1", "-l", centre.layout, "--from",
                                  "mqtts://localhost:%d/floor" % listener.getsockname()[1], *trust], env=environment,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_for(lambda: made, 20)
        child.terminate()
        child.wait(10)
        listener.close()
        tap.same(made, [wanted], "a broker that knows %s at most" % newest.name)


def plaintext(tap, centre):
    status, out, errors = centre.check("mqtt://192.0.2.1/floor", "--broker-user", "x", CXWALL_BROKER_PASSWORD="topsecret")
    tap.check(status == 3 and "readable" in errors and "topsecret" not in errors, "no password goes readable to another machine", errors)
    status, out, errors = centre.check("mqtt://x:y@127.0.0.1/floor")
    tap.check(status == 3 and "must not hold a user" in errors, "nor may one stand in the address", errors)
    for bad in ("mqtt://127.0.0.1", "mqtt://127.0.0.1/a/#", "mqtt://127.0.0.1/a/+/b", "mqtt://127.0.0.1/a//b", "mqtt:///a"):
        status, out, errors = centre.check(bad)
        tap.check(status == 3 and "broker" in errors, "%s is refused" % bad, errors)


def main():
    broker.skip_without()
    tap = harness.Tap()
    folder = harness.Folder()
    os.chmod(folder.path, 0o755)
    centre = broker.Centre(folder)
    try:
        logins(tap, centre)
        refused_topics(tap, centre)
        old_version(tap, centre)
        tls(tap, centre)
        renewed(tap, centre)
        plaintext(tap, centre)
    finally:
        folder.remove()
    tap.done()


if __name__ == "__main__":
    main()

"""onsager watch: the server by plain sockets, and the page in a real browser (chromium, where there is one)."""
import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FULL, ONSAGER, SANITIZED, command, tests
import browser

PATIENCE = 60  # seconds that anything may take; liveness, not speed


class Watched:
    """A run that is watched, and what its page does."""

    def __init__(self, *words):
        self.process = subprocess.Popen([ONSAGER, "watch", *words, "--no-browser"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:"), self.address + self.process.stderr.read()
        self.port = int(self.address.rstrip("/").rsplit(":", 1)[1])
        self.token = self.get("/")[1].decode().split('name="token" content="')[1].split('"')[0]

    def request(self, method, path, body=None, headers=None, host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, action, token=None, **headers):
        body = action if isinstance(action, bytes) else json.dumps(action).encode()
        status, answer, _ = self.request("POST", "/action", body, {
            "X-Onsager-Token": token or self.token, "Content-Type": "application/json", **headers})
        return status, json.loads(answer) if answer.startswith(b"{") else answer.decode()

    def state(self, after=0):
        return json.loads(self.get(f"/state?after={after}")[1])

    def frame(self, after=0):
        """(number, width, height, bytes); None: nothing newer."""
        status, body, _ = self.get(f"/frame?after={after}")
        if status == 204:
            return None
        assert status == 200 and body[:4] == b"ONSF", body[:200]
        number, width, height, colours = struct.unpack("<4I", body[4:20])
        bits = {0: 24, 1: 1, 2: 1}.get(colours, 2 if colours <= 4 else 4 if colours <= 16 else 8)
        assert len(body) == 20 + 3 * colours + (width * height * bits + 7) // 8
        return number, width, height, body[20:]

    def energy(self, names=("energy",)):
        """The mean over the samples of the next moment."""
        columns = [row["name"] for row in json.loads(self.get("/system")[1])["quantities"] if row["size"] == 1]
        state = self.state(10 ** 9)
        after = state["from"] + len(state["samples"])
        rows = []
        end = time.monotonic() + PATIENCE
        while len(rows) < 5 and time.monotonic() < end:
            self.get("/frame?after=0")
            state = self.state(after)
            rows = state["samples"]
            time.sleep(0.1)
        assert len(rows) >= 5
        return sum(row[2 + columns.index(names[0])] for row in rows) / len(rows)

    def moves(self):
        """Whether the run makes steps."""
        before, end = self.state(10 ** 9)["steps"], time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.state(10 ** 9)["steps"] > before:
                return True
            time.sleep(0.1)
        return False

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


@contextlib.contextmanager
def watched(*words):
    run = Watched(*words)
    try:
        yield run
        code, output, errors = run.interrupt()
        assert (code, output, errors) == (0, "", ""), (code, output, errors)
    finally:
        if run.process.poll() is None:
            run.process.kill()
            run.process.communicate()


# ---- the server -----------------------------------------------------------------------------------------------------

def test_address_comes_first_and_an_interrupt_ends_cleanly():
    before = sorted(os.listdir("."))
    for number in signal.SIGINT, signal.SIGTERM:
        with watched("ising", "L=64") as run:
            run.process.send_signal(number)
            assert run.process.wait(PATIENCE) == 0
    assert sorted(os.listdir(".")) == before


def test_only_loopback_is_bound():
    with watched("ising", "L=16") as run:
        own = f":{run.port:04X}"
        with open("/proc/net/tcp") as table:
            bound = [line.split()[1] for line in table if line.split()[1].endswith(own) and line.split()[3] == "0A"]
        assert bound == ["0100007F" + own], bound
        if os.path.exists("/proc/net/tcp6"):
            with open("/proc/net/tcp6") as table:
                assert not [line for line in table if line.split()[1].endswith(own) and line.split()[3] == "0A"]


def test_frames_arrive_and_change():
    with watched("ising", "L=512", "temperature=2.3") as run:
        seen, number, end = [], 0, time.monotonic() + PATIENCE
        while len(seen) < 5 and time.monotonic() < end:
            frame = run.frame(number)
            if frame:
                assert frame[0] > number and frame[1:3] == (512, 512)
                number = frame[0]
                seen.append(frame[3])
        assert len(set(seen)) == 5


def test_paused_runs_wait_and_step():
    with watched("ising", "L=32", "temperature=2.3") as run:
        assert run.post({"action": "pause"})[0] == 200
        first = run.state()["steps"]
        time.sleep(0.3)
        assert run.state()["steps"] == first and not run.state()["running"]
        assert run.post({"action": "step", "steps": 7})[0] == 200
        assert run.state()["steps"] == first + 7
        latest, frame = 0, run.frame()
        while frame:  # the first request after a while has a fresh frame made
            latest = frame[0]
            frame = run.frame(latest)
        assert latest > 0  # and then there is nothing new, which is answered after a moment
        assert run.post({"action": "reset"})[0] == 200
        assert run.state()["steps"] == 0
        assert run.post({"action": "speed", "speed": 20})[0] == 200
        assert run.post({"action": "run"})[0] == 200
        assert run.moves()


def test_content_and_headers_of_the_page():
    with watched("ising", "L=16") as run:
        for path, kind in ("/", "text/html"), ("/page.js", "text/javascript"), ("/plots.js", "text/javascript"), ("/page.css", "text/css"), \
                          ("/icon.svg", "image/svg+xml"), ("/system", "application/json"):
            status, body, headers = run.get(path)
            assert status == 200 and headers["Content-Type"].startswith(kind), path
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
            assert b"{{" not in body and b"http" not in body.replace(b"http://www.w3.org/2000/svg", b"")
        assert len(run.token) == 64 and run.token not in run.get("/page.js")[1].decode()
        assert "Set-Cookie" not in run.get("/")[2]


def test_foreign_hosts_and_origins_are_refused():
    with watched("ising", "L=16") as run:
        own = f"127.0.0.1:{run.port}"
        for host in ["evil.example", f"evil.example:{run.port}", "127.0.0.1", "localhost", f"127.0.0.1:{run.port + 1}",
                     f"{own}.evil.example", f"127.0.0.1.evil.example:{run.port}", f"user@{own}", f"0.0.0.0:{run.port}", " "]:
            assert run.get("/", host=host)[0] in (400, 403), host
        assert run.get("/", host=f"localhost:{run.port}")[0] == 200
        for origin in ["null", "http://evil.example", f"https://{own}", f"http://{own}.evil.example", f"http://{own}/",
                       f"http://localhost:{run.port + 1}", "http://127.0.0.1", ""]:
            assert run.get("/state", headers={"Origin": origin})[0] == 403, origin
            assert run.post({"action": "pause"}, Origin=origin)[0] == 403, origin
        assert run.get("/state", headers={"Origin": f"http://{own}"})[0] == 200
        assert run.state()["running"]
        raw = socket.create_connection(("127.0.0.1", run.port), timeout=PATIENCE)
        raw.sendall(f"GET / HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(4096).split()[1] in (b"400", b"403")
        raw.close()


def test_actions_need_the_token():
    with watched("ising", "L=16") as run:
        wrong = ["0" * 64, run.token[:-1], run.token + "0", run.token.upper() + " x", "x"]
        for token in wrong:
            assert run.post({"action": "pause"}, token=token)[0] == 403, token
        status, _, _ = run.request("POST", "/action", b'{"action": "pause"}', {"Content-Type": "application/json"})
        assert status == 403
        for method in "GET", "PUT", "DELETE", "OPTIONS", "HEAD":
            assert run.request(method, "/action", headers={"X-Onsager-Token": run.token})[0] == 405, method
        assert run.post({"action": "pause"}, **{"Content-Type": "text/plain"})[0] == 415
        for method in "POST", "PUT", "DELETE", "TRACE":
            assert run.request(method, "/", b"")[0] in (400, 405), method
        assert run.state()["running"] and run.moves()
        other = Watched("ising", "L=16")
        assert other.token != run.token
        assert other.interrupt()[0] == 0


def test_malformed_requests_do_nothing():
    with watched("ising", "L=16") as run:
        for body in [b"", b"{", b"[]", b"null", b"7", b'{"action": 3}', b'{"action": "explode"}', b'{"action": "step"}',
                     b'{"action": "step", "steps": -1}', b'{"action": "step", "steps": 1e99}',
                     b'{"action": "speed", "speed": "fast"}', b'{"action": "set"}', b'{"action": "set", "parameters": {}}',
                     b'{"action": "set", "parameters": {"temperature": 3}}', b'{"action": "pause"} x',
                     b'{"action": "pause", "action": "pause"}', b"\xff\xfe", b"[" * 5000, b'{"a": "\x00"}']:
            status, answer = run.post(body)
            assert status == 400 and answer["message"], (body, status)
        assert run.post(b" " * 9000)[0] == 413
        for path in "/x", "/..", "/%2e%2e/etc/passwd", "/page.js/", "//", "/?" + "a" * 2000:
            assert run.get(path)[0] == (200 if path.startswith("/?") else 404), path
        for path in "/frame?after=-1", "/frame?after=x", "/state?after=%00", "/state?after=1e400":
            assert run.get(path)[0] in (200, 400), path
        own = f"Host: 127.0.0.1:{run.port}\r\n"
        for raw in ["\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02", f"GET / HTTP/1.1\r\n{own} folded\r\n\r\n",
                    f"GET / HTTP/1.1\r\n{own}X: " + "y" * 100000 + "\r\n\r\n", "GET /" + "a" * 100000 + " HTTP/1.1\r\n\r\n",
                    f"GET / HTTP/1.1\r\n{own}" + "A: b\r\n" * 20000 + "\r\n", "GET / HTTP/1.0\r\n\r\n",
                    f"POST /action HTTP/1.1\r\n{own}Content-Length: -5\r\n\r\n",
                    f"POST /action HTTP/1.1\r\n{own}X-Onsager-Token: {run.token}\r\nContent-Type: application/json\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n" + "1000\r\n" + "x" * 4096 + "\r\n" + "ffff\r\n" + "x" * 65535]:
            with socket.create_connection(("127.0.0.1", run.port), timeout=PATIENCE) as connection:
                try:
                    connection.sendall(raw.encode("latin-1"))
                    connection.shutdown(socket.SHUT_WR)
                    answer = connection.recv(4096)
                    assert answer == b"" or not answer.startswith(b"HTTP/1.1 200"), (raw[:60], answer[:60])
                except OSError:
                    pass
        state = run.state()
        assert state["running"] and state["changes"] == 0 and run.moves()


def test_changes_move_the_energy_and_bad_ones_nothing():
    with watched("ising", "L=64", "temperature=5") as run:
        hot = run.energy()
        assert run.post({"action": "set", "parameters": {"temperature": "1"}}) == (200, {"done": True})
        cold, end = run.energy(), time.monotonic() + PATIENCE
        while cold > -1.8 and time.monotonic() < end:
            cold = run.energy()
        # exact: about -0.43 at T = 5, below -1.99 at T = 1 (domain walls of a quench may stay for a while)
        assert hot > -0.7 and cold < -1.8, (hot, cold)
        state = run.state()
        assert state["parameters"]["temperature"]["value"] == "1" and state["changes"] == 1
        for parameters, says in [({"temperature": "-1"}, "(0, inf)"), ({"temperature": "hot"}, "hot"), ({"L": "8"}, "may not change"),
                                 ({"temprature": "2"}, "temperature"), ({"field": "1", "temperature": "x"}, "x"),
                                 ({"temperature": "1,2"}, "one value"), ({"temperature": "2" * 4000}, "temperature")]:
            status, answer = run.post({"action": "set", "parameters": parameters})
            assert status == 422 and says in answer["message"], (parameters, answer)
        after = run.state()
        assert after["parameters"] == state["parameters"] and after["changes"] == 1 and run.moves()


def test_two_clients_see_the_same_run():
    with watched("ising", "L=64") as run:
        first, second = run.frame(), run.frame()
        assert first and second and second[0] >= first[0]
        assert run.post({"action": "pause"})[0] == 200
        latest = run.frame()
        for _ in range(50):  # the step that runs while the pause is asked for may still come
            before, latest = latest, run.frame()
            if before[3] == latest[3]:
                break
        assert before[3] == latest[3]
        assert run.post({"action": "set", "parameters": {"field": "0.5"}})[0] == 200
        assert run.state()["parameters"]["field"]["value"] == "0.5"


def test_flood_and_slow_clients_do_not_stop_the_run():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    with watched("ising", "L=64", "temperature=2.3") as run:
        crowd = []
        for _ in range(1000):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", run.port))
            crowd.append(one)
        for k, one in enumerate(crowd):  # some say nothing, some begin, some begin a request of an action
            with contextlib.suppress(OSError):
                if k % 3:
                    one.send(b"GET / HTTP/1.1\r\nHo" if k % 3 == 1 else
                             f"POST /action HTTP/1.1\r\nHost: 127.0.0.1:{run.port}\r\nX-Onsager-Token: {run.token}\r\n"
                             "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode())
        assert run.moves()  # while the crowd is there
        assert run.frame()
        for one in crowd:
            one.close()
        assert run.moves()

        slow = socket.create_connection(("127.0.0.1", run.port), timeout=PATIENCE)  # a header that never ends
        slow.sendall(b"GET / HTTP/1.1\r\n")
        shut, end = False, time.monotonic() + PATIENCE
        while not shut and time.monotonic() < end:
            try:
                slow.sendall(b"X: y\r\n")
                slow.settimeout(0.5)
                shut = slow.recv(100) == b""
            except TimeoutError:
                pass
            except OSError:
                shut = True
        assert shut, "a client that sends a header a moment is never shut out"
        deaf = [socket.create_connection(("127.0.0.1", run.port), timeout=PATIENCE) for _ in range(20)]
        for one in deaf:  # ask for much and read nothing
            one.sendall(f"GET /state HTTP/1.1\r\nHost: 127.0.0.1:{run.port}\r\n\r\n".encode() * 20)
        assert run.moves() and run.frame()
        for one in deaf:
            one.close()
        assert run.state()["changes"] == 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_systems_without_a_picture_show_numbers():
    with watched("ising-exact", "L=4") as run:
        assert json.loads(run.get("/system")[1])["picture"] is False
        assert run.frame() is None
        end = time.monotonic() + PATIENCE
        while not run.state()["finished"] and time.monotonic() < end:
            time.sleep(0.1)
        assert run.state()["finished"] and run.state()["error"] is None


def test_every_system_with_a_picture_is_drawn():
    names = command("list", "systems", "--names").stdout.split()
    drawn = 0
    for name in names if FULL else ["ising", "xy", "dipolar-clock", "spin-glass", "cellular-automaton"]:
        if command("run", name, "steps=1", "--quiet", "-o", f"{name}.h5").returncode == 2:
            continue  # has a parameter without a default
        with watched(name) as run:
            if not json.loads(run.get("/system")[1])["picture"]:
                continue
            end = time.monotonic() + PATIENCE
            frame = run.frame()
            while not frame and time.monotonic() < end:
                frame = run.frame()
            assert frame and max(frame[1:3]) <= 1024, name
            drawn += 1
    assert drawn >= 5


SLOW = """#include <onsager/system.h>
#include <unistd.h>

static ons_status create(void *state, ons_context *context) {
    *(double *)state = ons_real(ons_context_parameters(context), "a");
    return ONS_OK;
}
static ons_status advance(void *state, ons_context *context) { /* an hour, in one piece */
    for (int k = 0; k < 3600000; k++) {
        if (ons_poll(context, k, 3600000) && ons_halted(context, k, 3600000)) { return ONS_STOPPED; }
        usleep(1000);
    }
    *(double *)state += 1;
    return ONS_OK;
}
static ons_status measure(const void *state, ons_context *context) {
    ons_measure(context, 0, 0, *(const double *)state);
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) { return ons_persist(part, "x", ONS_F64, state, 1); }
static const ons_parameter parameters[] = {{.name = "a", .type = ONS_REAL, .flags = ONS_LIVE, .standard = "1"}, {.name = NULL}};
static const ons_observable observables[] = {{.name = "x", .kind = ONS_MEAN}, {.name = NULL}};
ONS_SYSTEM {
    .abi = ONS_ABI, .version = 1, .name = "slow", .summary = "slow steps", .step = "step", .parameters = parameters,
    .observables = observables, .controls = {.steps = 1, .replicas = 1}, .state_size = sizeof(double), .create = create,
    .advance = advance, .measure = measure, .persist = persist,
};
"""


def test_long_steps_do_not_hold_up_the_end():
    """A step of an hour that cannot be continued is left by a reset and by Ctrl-C, with a change waiting for its end."""
    with open("slow.c", "w") as file:
        file.write(SLOW)
    with watched("./slow.c", "a=2") as run:
        assert json.loads(run.get("/system")[1])["command"] == "onsager watch ./slow.c"
        assert run.post({"action": "reset"})[0] == 200
        body = json.dumps({"action": "set", "parameters": {"a": "3"}}).encode()
        waiting = socket.create_connection(("127.0.0.1", run.port), PATIENCE)
        waiting.sendall(b"POST /action HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Onsager-Token: %s\r\nContent-Type: application/json\r\n"
                        b"Content-Length: %d\r\n\r\n%s" % (run.port, run.token.encode(), len(body), body))
        time.sleep(0.3)
        assert run.state()["steps"] == 0
        code, _, errors = run.interrupt()
        assert (code, errors) == (0, "")
        waiting.close()
        run.interrupt = lambda: (0, "", "")


def test_bad_command_lines_are_refused():
    busy = socket.create_server(("127.0.0.1", 0))
    for words, says in [(["ising", "temperature=2,3"], "one value"), (["ising", "L=0"], "L"), (["isng"], "ising"), (["mine.py"], "onsager.watch(CLASS"),
                        (["ising", "--port", "70000"], "65535"), (["ising", "--port", "x"], "65535"), ([], "no system"),
                        (["ising", "--port", str(busy.getsockname()[1])], "Address already in use")]:
        done = command("watch", *words, "--no-browser", timeout=PATIENCE)
        assert done.returncode == 2 and says in done.stderr and done.stdout == "", (words, done.stderr)
    busy.close()


# ---- the page in a browser ------------------------------------------------------------------------------------------

def look(page, words):
    page.wait("window.onsager && onsager.state && onsager.frames > 0")
    assert page.value("document.getElementById('picture').width") == 512, words
    assert page.value("document.getElementById('picture').height") == 512, words


def count_frames(page, seconds):
    begin, first = time.monotonic(), page.value("onsager.frames")
    time.sleep(seconds)
    return (page.value("onsager.frames") - first) / (time.monotonic() - begin)


PIXELS = """(() => { const c = document.getElementById('picture');
  const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', {willReadFrequently: true});
  copy.drawImage(c, 0, 0);
  const d = copy.getImageData(0, 0, c.width, c.height).data; let white = 0, hash = 0;
  for (let k = 0; k < d.length; k += 4) { const up = d[k] > 128 ? 1 : 0; white += up; hash = (hash * 31 + up) | 0; }
  return [white / (d.length / 4), hash]; })()"""


def magnetization(page):
    """Of the picture: white is up."""
    return abs(2 * page.value(PIXELS)[0] - 1)


def use_the_page(run, page, tab):
    look(page, "first page")
    pictures = set()
    for _ in range(5):
        pictures.add(page.value(PIXELS)[1])
        time.sleep(0.2)
    assert len(pictures) >= 3, "the picture does not change"
    rate = count_frames(page, 5)
    state = run.state(10 ** 9)
    print(f"   {rate:.1f} frames a second; {state['rate']:.0f} sweeps a second of 512 x 512; "
          f"{100 * state['share']:.0f} % of a core sweeping", flush=True)
    assert rate > 0.2

    # above T_c |m| of 2^18 spins is some 0.01; below it grows
    assert magnetization(page) < 0.2
    page.drag("#parameters .control:first-child input[type=range]", 0.5, 0.12)
    page.wait("Number(onsager.state.parameters.temperature.value) < 2", PATIENCE)
    # a field too, by keys, so that no stripes remain: 0.05 a key
    page.value("document.querySelector('#parameter-field').closest('.control').querySelector('[type=range]').focus()")
    for _ in range(30):
        page.key("ArrowRight", "ArrowRight")
    page.wait("Number(onsager.state.parameters.field.value) > 0.1", PATIENCE)
    page.wait(f"(() => {{ const [white] = {PIXELS}; return Math.abs(2 * white - 1) > 0.9; }})()", PATIENCE)
    assert abs(run.state()["samples"][-1][4]) > 0.9  # magnetization, as measured

    second = tab()
    look(second, "second page")
    second.click("#run")
    second.wait("!onsager.state.running")
    page.wait("!onsager.state.running && document.getElementById('run').textContent === 'Run'")
    steps = run.state()["steps"]
    page.value("document.activeElement.blur()")
    page.key("s", "KeyS", "s")
    second.wait(f"onsager.state.steps === {steps + 1}")
    page.key(" ", "Space", " ")
    second.wait("onsager.state.running")
    page.value("(() => { const e = document.querySelector('#parameter-temperature'); e.focus(); e.select(); })()")
    page.call("Input.insertText", text="-3")
    page.key("Enter", "Enter", "\r")
    page.wait("document.getElementById('refusal').textContent.includes('(0, inf)')")
    assert count_frames(second, 2) > 0.2
    return second


def test_page_in_a_browser():
    if SANITIZED or not browser.PROGRAM:  # a browser adds nothing under sanitizers but minutes
        print("   skipped: there is no chromium here, or sanitizers are on", flush=True)
        return
    with watched("ising", "L=512", "temperature=4") as run:
        driver = browser.Browser()
        try:
            page = driver.open(run.address)
            second = use_the_page(run, page, lambda: driver.open(run.address))
            bad = page.complaints() + second.complaints()
            bad = [event for event in bad if "422" not in json.dumps(event)]  # the refused value, which is meant
            assert not bad, bad
            foreign = [url for url in page.addresses() + second.addresses() if not url.startswith(run.address)]
            assert not foreign, foreign
            page.close()
            assert run.moves()
            second.close()
        finally:
            driver.close()
        assert run.moves() and run.state()["error"] is None


def test_links_are_offered_and_not_obeyed():
    if SANITIZED or not browser.PROGRAM:  # a browser adds nothing under sanitizers but minutes
        print("   skipped: there is no chromium here, or sanitizers are on", flush=True)
        return
    with watched("ising", "L=64", "temperature=4") as run:
        driver = browser.Browser()
        try:
            page = driver.open(run.address + "#temperature=1.5&L=32&evil=%3Cimg%3E")
            page.wait("document.getElementById('banner')?.hidden === false")
            assert run.state()["parameters"]["temperature"]["value"] == "4"
            text = page.value("document.getElementById('banner-text').textContent")
            assert "temperature=1.5" in text and "L=32" in text
            page.click("#banner-apply")
            page.wait("onsager.state.parameters.temperature.value === '1.5'")
            page.call("Emulation.setDeviceMetricsOverride", width=360, height=780, deviceScaleFactor=2, mobile=True)
            assert page.value("document.documentElement.scrollWidth <= innerWidth")
            assert not page.complaints(), page.complaints()
        finally:
            driver.close()


tests(globals())

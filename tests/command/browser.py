"""A headless chromium, driven through its DevTools protocol with the standard library alone."""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.request

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="onsager-browser-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
             "--disable-dev-shm-usage", "--remote-debugging-port=0", "--window-size=1280,900",
             "--user-data-dir=" + self.folder.name, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.port = None
        for line in self.process.stderr:
            if "DevTools listening on ws://" in line:
                self.port = int(line.split("ws://")[1].split("/")[0].rsplit(":", 1)[1])
                break
        assert self.port, "chromium has not started"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def open(self, address):
        """A new page in a window of its own (a hidden tab would rest); all that it asks for and complains of is kept."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json/version", timeout=60) as answer:
            whole = Page(json.load(answer)["webSocketDebuggerUrl"])
        target = whole.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        whole.socket.close()
        page = Page(f"ws://127.0.0.1:{self.port}/devtools/page/{target}")
        for domain in ["Page", "Runtime", "Log", "Network"]:
            page.call(domain + ".enable")
        page.call("Page.navigate", url=address)
        return page

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.folder.cleanup()


class Page:
    def __init__(self, address):
        host, path = address[len("ws://"):].split("/", 1)
        name, port = host.rsplit(":", 1)
        self.socket = socket.create_connection((name, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.bytes(1)
        self.number = 0
        self.events = []

    def bytes(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError("the browser has closed the connection")
            data += more
        return data

    def message(self):
        """One message (RFC 6455), of one or several frames."""
        data = b""
        while True:
            first, length = self.bytes(2)
            length &= 127
            if length == 126:
                length, = struct.unpack(">H", self.bytes(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.bytes(8))
            data += self.bytes(length)
            if first & 128:
                return json.loads(data)

    def call(self, method, **parameters):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": parameters}).encode()
        mask = os.urandom(4)
        length = bytes([128 | len(text)]) if len(text) < 126 else bytes([254]) + struct.pack(">H", len(text))
        self.socket.sendall(b"\x81" + length + mask + bytes(byte ^ mask[k % 4] for k, byte in enumerate(text)))
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer}"
                return answer["result"]
            self.events.append(answer)

    def value(self, expression):
        """The value of a JavaScript expression; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, expression, seconds=60):
        """Until the expression is true."""
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never in {seconds} s: {expression}"
            time.sleep(0.1)

    def middle(self, selector):
        """The rectangle of an element, scrolled into view."""
        return self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
                          "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); "
                          "return {x: r.x, y: r.y, width: r.width, height: r.height}; })()")

    def mouse(self, kind, x, y, buttons=0):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left" if buttons or kind == "mouseReleased"
                  else "none", buttons=buttons, clickCount=1)

    def click(self, selector):
        box = self.middle(selector)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.mouse("mousePressed", x, y, 1)
        self.mouse("mouseReleased", x, y)

    def drag(self, selector, begin, end):
        """The handle of a slider from one part of its width to another."""
        box = self.middle(selector)
        y = box["y"] + box["height"] / 2
        self.mouse("mouseMoved", box["x"] + begin * box["width"], y)
        self.mouse("mousePressed", box["x"] + begin * box["width"], y, 1)
        for k in range(1, 11):
            self.mouse("mouseMoved", box["x"] + (begin + (end - begin) * k / 10) * box["width"], y, 1)
            time.sleep(0.02)
        self.mouse("mouseReleased", box["x"] + end * box["width"], y)

    def key(self, key, code, text=None):
        number = {" ": 32, "ArrowLeft": 37, "ArrowRight": 39}.get(key, ord(key.upper()[0]))
        named = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown", **named, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def complaints(self):
        """What the console shows of errors and warnings."""
        return [event for event in self.events
                if event["method"] == "Runtime.exceptionThrown"
                or (event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] in ("error", "warning"))
                or (event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] in ("error", "warning"))]

    def addresses(self):
        """All that the page has asked for."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def close(self):
        try:
            self.call("Page.close")
        except (EOFError, OSError):
            pass
        self.socket.close()

"""A page in a real browser: Chromium, headless, by its DevTools protocol over the websocket client that Jupyter brings."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
QUIET += ("--disable-sync", "--no-first-run", "--remote-debugging-port=0", "--remote-allow-origins=*")
KEYS = {"Tab": 9, "Enter": 13, " ": 32}


class Browser:
    """One tab; what the page complains of and what it asks for is kept."""

    def __init__(self, socket):
        self._socket, self._last = socket, 0
        self.complaints, self.requests, self.loaded = [], [], False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **params):
        """Return the answer of the browser to a command."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while (answer := self._receive()).get("id") != self._last:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _receive(self):
        answer = json.loads(self._socket.recv())
        match answer.get("method"):
            case "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled":
                self.complaints.append(answer["params"])
            case "Network.requestWillBeSent":
                self.requests.append(answer["params"]["request"]["url"])
            case "Page.loadEventFired":
                self.loaded = True
        return answer

    def open(self, path, ending="", width=1280):
        """Show a file; the width is that of the window."""
        self.size(width)
        for url in ("about:blank", path.as_uri() + ending):
            self.complaints, self.requests, self.loaded = [], [], False
            self.ask("Page.navigate", url=url)
            while not self.loaded:
                self._receive()
        return self

    def size(self, width, height=800):
        """Set the size of the window."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def run(self, script):
        """Return the value of an expression."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key, shift=False):
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key)
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code="Space" if key == " " else key,
                windowsVirtualKeyCode=KEYS[key],
                modifiers=8 if shift else 0,
                **({"text": text} if text and kind == "keyDown" else {}),
            )

    def type(self, text):
        """Type into what has the focus."""
        self.ask("Input.insertText", text=text)

    def click(self, selector):
        """Click the middle of an element with the mouse."""
        x, y = self.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.scrollIntoView({{block: 'center'}});"
            "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def script(self, on):
        """Let scripts of the page run, or not."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not on)

    def picture(self, path):
        """Write a picture of the whole page."""
        shown = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shown["data"]))

    def pdf(self):
        """Return the page as it prints."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])


@contextmanager
def chromium(folder):
    """Start a browser with an empty profile in ``folder``; it ends with the block."""
    from websocket import create_connection

    profile = folder / "profile"
    process = subprocess.Popen(
        [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.DEVNULL
    )
    try:
        port = _port(profile / "DevToolsActivePort", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=60) as answer:
            tab = next(one for one in json.load(answer) if one["type"] == "page")
        socket = create_connection(tab["webSocketDebuggerUrl"], timeout=120)
        try:
            yield Browser(socket)
        finally:
            socket.close()
    finally:
        process.terminate()
        process.wait(timeout=60)


def _port(path, process):
    """Return the port that the browser chose."""
    for _ in range(1200):
        if path.exists() and path.read_text().strip():
            return path.read_text().split()[0]
        assert process.poll() is None, "Chromium ended"
        time.sleep(0.05)
    raise AssertionError("Chromium did not start")

"""Somebody at the console's pages, in a browser of their own."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.house_client import ROOT, House
from tests.needs import LEFT_OUT, needs
from tests.sandbox.browser import Browser

API = "/console/api/v1"
CLIENT = ROOT / "console" / "client"
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
EARLY = """
const still = new CSSStyleSheet();
still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
document.adoptedStyleSheets = [still];
localStorage.setItem("teahouse.language", "zh");
window.violations = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.pwned = name; };
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
"""Nothing moves on these pages: what is looked at in the middle of a change looks otherwise on a slow machine."""
DIALOG = ("[...document.querySelectorAll('.el-overlay')].filter((each) => each.offsetParent !== null"
          " || getComputedStyle(each).display !== 'none').at(-1)")
OFFERED = """[...document.querySelectorAll("main button, main input, main textarea, main [role=switch]")]
  .filter((each) => !each.disabled && !each.closest(".is-disabled, [role=tablist]")
    && each.getAttribute("aria-disabled") !== "true" && each.checkVisibility())
  .map((each) => each.getAttribute("aria-label") || each.closest("[aria-label]")?.getAttribute("aria-label")
    || each.textContent.trim() || each.placeholder || each.type)"""
FAULTS = """axe.run(WITHIN, { resultTypes: ["violations"], runOnly: RULES, preload: false })
  .then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ""}`)))"""


def built() -> None:
    """The end of this test where the pages were not built."""
    needs("npm")
    if not (CLIENT / "dist" / "index.html").is_file():
        pytest.skip(f"{LEFT_OUT}pages of the console (make console)")


DRAWN_SECONDS = 5.0
"""A chart is drawn anew a moment after its page has another width."""
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
WIDER = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && each.checkVisibility())
  .map((each) => each.outerHTML.slice(0, 200)).slice(0, 5)"""


class Screen(Browser):
    """`Screen(house, folder)` stands at the sign-in page."""

    def __init__(self, house: House, profile: Path) -> None:
        built()
        super().__init__(needs("chromium"), profile)
        self.house = house
        self.who = ""
        self.always(EARLY)
        self.come_in()

    def come_in(self) -> None:
        """To the sign-in page, as nobody. What the browser was told to keep, it keeps."""
        self.who = ""
        self._order("Network.clearBrowserCookies")
        self.go("about:blank")
        self.go(f"{self.house.url}/console/")
        self.wait_for("document.querySelector('form')")

    def sign_in(self, email: str, password: str) -> None:
        self.who = email
        self.fill("[name=email]", email)
        self.fill("[name=password]", password)
        self.click("button.go")

    def open(self, place: str) -> None:
        """A place of the console, by its address after /console, as a link in the page goes there; waits until it is
        shown and nothing is on its way."""
        self.run(f"history.pushState({{}}, '', {json.dumps('/console' + place)})")
        self.run("dispatchEvent(new PopStateEvent('popstate', { state: {} }))")
        self.wait_for(f"document.querySelector('main[data-at]')?.dataset.at === {json.dumps(place)}"
                      " && document.querySelector('.shell h1, .failed') && !document.querySelector('.waiting')")

    def fill(self, selector: str, text: str) -> None:
        field = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(field)
        self.run(f"""(() => {{ const field = {field}; const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement
            : HTMLInputElement; Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field,
            {json.dumps(text)}); for (const event of ["input", "change"])
            field.dispatchEvent(new Event(event, {{ bubbles: true }})); }})()""")

    def press(self, button: str, within: str = "body") -> None:
        """The button that is seen with exactly these words, or is called so."""
        found = f"""[...document.querySelectorAll({json.dumps(within)} + " button")].find((each) => each.offsetParent
            && !each.disabled && (each.textContent.trim() === {json.dumps(button)}
            || each.getAttribute("aria-label") === {json.dumps(button)}))"""
        self.wait_for(found)
        self.run(f"{found}.click()")

    def fill_in(self, text: str, place: int = 0) -> None:
        """A text field of the dialog that is open, counted from 0."""
        self.wait_for(f"{DIALOG}?.querySelectorAll('input[class], textarea').length > {place}")
        self.run(f"{DIALOG}.querySelectorAll('input[class], textarea')[{place}].dataset.filled = 'now'")
        self.fill("[data-filled=now]", text)
        self.run("delete document.querySelector('[data-filled=now]').dataset.filled")

    def choose(self, name: str) -> None:
        """An option of the list that hangs open."""
        found = f"""[...document.querySelectorAll(".el-select-dropdown__item")].find((each) => each.offsetParent
            && each.innerText.includes({json.dumps(name)}))"""
        self.wait_for(found)
        self.run(f"{found}.click()")

    def confirm(self, button: str) -> None:
        """In the dialog that is open; waits until it is gone."""
        self.press(button, ".el-dialog")
        self.wait_for(f"![...document.querySelectorAll('.el-dialog button')].some((each) => each.offsetParent"
                      f" && each.textContent.trim() === {json.dumps(button)})")

    def offered(self) -> list[str]:
        """What can be pressed, turned or written in on the page, by its name; not its navigation."""
        found: list[str] = self.run(OFFERED)
        return found

    def refusal(self, method: str, path: str, **body: Any) -> str:
        """The code by which the house refuses this of who is signed in here; empty where it does it."""
        what = json.dumps({"method": method, "body": json.dumps(body)})
        token = f"fetch('{API}/session').then((answer) => answer.json()).then(({{ csrf }}) => csrf)"
        asked = (f"fetch('{API}{path}', {{ ...{what}, headers: {{ 'content-type': 'application/json',"
                 f" 'x-csrf-token': await {token} }} }})")
        return str(self.run(f"(async () => (await (await {asked}).json()).error?.code ?? '')()"))

    def key(self, key: str) -> None:
        pressed = f"new KeyboardEvent('keydown', {{ key: {json.dumps(key)}, bubbles: true }})"
        self.run(f"document.body.dispatchEvent({pressed})")

    def wait_for_text(self, text: str, within: str = "body") -> None:
        self.wait_for(f"document.querySelector({json.dumps(within)})?.innerText.includes({json.dumps(text)})")

    def shows(self, text: str) -> bool:
        return bool(self.run(f"document.body.innerText.includes({json.dumps(text)})"))

    def text(self) -> str:
        """All that stands on the page as text or in its fields."""
        return str(self.run("""[document.body.textContent, ...[...document.querySelectorAll("input, textarea")]
            .map((each) => each.value)].join("\\n")"""))

    def paint(self, dark: bool) -> None:
        self.run(f"document.documentElement.classList.toggle('dark', {json.dumps(dark)})")

    def wider_than_a_phone(self) -> list[str]:
        """What makes the page as it is so wide that a phone would have to scroll it sideways, once it had a moment to
        draw itself anew."""
        self._order("Emulation.setDeviceMetricsOverride", **PHONE)
        end = time.monotonic() + DRAWN_SECONDS
        found: list[str] = self.run(WIDER)
        while found and time.monotonic() < end:
            time.sleep(0.1)
            found = self.run(WIDER)
        self._order("Emulation.clearDeviceMetricsOverride")
        return found

    @property
    def violations(self) -> list[str]:
        """Of the page's policy, since it was loaded."""
        found: list[str] = self.run("window.violations")
        return found

    def faults(self, *rules: str, within: str = "html") -> list[str]:
        """What axe finds serious or critical in the page as it is, by these of its rules or those of WCAG A and AA."""
        if not self.run("Boolean(window.axe)"):
            self.run(AXE.read_text("utf-8") + "; undefined")
        chosen = json.dumps(rules or ["wcag2a", "wcag2aa", "wcag21aa"])
        found: list[str] = self.run(FAULTS.replace("RULES", chosen).replace("WITHIN", json.dumps(within)))
        return found


class Office:
    """The console's API, for what a test needs before it begins."""

    def __init__(self, house: House, email: str, password: str) -> None:
        self.house, self.http = house, requests.Session()
        self.http.trust_env = False
        self.http.headers["X-CSRF-Token"] = self.ask("POST", "/session", email=email, password=password)["csrf"]

    def ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"{self.house.url}{API}{path}", json=body or None, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def employ(self, email: str, role: str) -> tuple[str, str]:
        """(email, password) of somebody new."""
        return email, str(self.ask("POST", "/staff", email=email, role=role)["password"])

    def clear_queue(self) -> None:
        """Decides all that waits for a review, which the demo's month ends with."""
        for one in self.ask("GET", "/review/held")["held"]:
            self.ask("POST", f"/review/held/{one['id']}", approve=False)
        for case in self.ask("GET", "/review/reported")["cases"]:
            self.ask("POST", f"/channels/{case['channel']}/messages/{case['seq']}/review", outcome="dismissed")

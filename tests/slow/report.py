"""A report in Chromium: no word on the console, nothing wider than a phone, everything reached by
keys, names for what is seen, contrasts of WCAG's AA, in light, dark and print.

report.py PAGE [FOLDER]    FOLDER: for pictures
"""
import os
import sys

from playwright.sync_api import sync_playwright

PAGE = "file://" + os.path.abspath(sys.argv[1])
FOLDER = sys.argv[2] if len(sys.argv) > 2 else None
WIDTHS = {"phone": 360, "tablet": 768, "desktop": 1280}

CONTRASTS = """() => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const over = (front, back) => {
        const a = front.length > 3 ? front[3] : 1;
        return [0, 1, 2].map(i => front[i] * a + back[i] * (1 - a));
    };
    const light = colour => {
        const c = colour.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 :
            Math.pow((v + 0.055) / 1.055, 2.4));
        return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    };
    const back = element => {
        const layers = [];
        for (let e = element; e; e = e.parentElement)
            layers.push(parts(getComputedStyle(e).backgroundColor));
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const poor = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        const svg = element.closest('svg');
        if (!own || ['TITLE', 'DESC', 'STYLE'].includes(element.tagName.toUpperCase())) continue;
        const style = getComputedStyle(element), behind = back(svg ? svg.parentElement : element);
        const a = light(over(parts(svg ? style.fill : style.color), behind)), b = light(behind);
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push(`${element.tagName} "${element.textContent.slice(0, 20)}" ${ratio}`);
    }
    return poor;
}"""

NAMES = """() => {
    const wrong = [], say = (element, what) => wrong.push(`${element.outerHTML.slice(0, 80)}: ${what}`);
    const all = selector => [...document.querySelectorAll(selector)];
    all('svg').forEach(s => {
        if (s.getAttribute('role') !== 'img' || !s.querySelector('title') || !s.querySelector('desc'))
            say(s, 'no role, title or description');
    });
    all('table').forEach(t => { if (!t.caption) say(t, 'no caption'); });
    all('th').forEach(t => { if (!t.scope) say(t, 'no scope'); });
    all('[id]').forEach(e => {
        if (all('#' + CSS.escape(e.id)).length > 1) say(e, 'an id twice');
    });
    all('a[href^="#"]').forEach(a => {
        if (!document.querySelector(a.getAttribute('href'))) say(a, 'a link to nothing');
    });
    all('[aria-labelledby]').forEach(e => {
        if (!document.getElementById(e.getAttribute('aria-labelledby'))) say(e, 'no such label');
    });
    all('[role=region]').forEach(e => { if (!e.ariaLabel) say(e, 'no label'); });
    if (all('h1').length !== 1 || all('main').length !== 1 || !document.documentElement.lang)
        say(document.documentElement, 'not one h1, main and a language');
    let level = 0;
    all('h1, h2, h3, h4').forEach(h => {
        const n = Number(h.tagName[1]);
        if (n > level + 1) say(h, 'a level of headings is left out');
        level = n;
    });
    if (all('script, iframe, object, embed').length || all('*').some(e =>
        [...e.attributes].some(a => a.name.startsWith('on') ||
            (['src', 'href'].includes(a.name) && !/^(#|data:,$)/.test(a.value)))))
        say(document.body, 'a script, or something from elsewhere');
    return wrong;
}"""


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def picture(page, name):
    if FOLDER:
        page.screenshot(path=f"{FOLDER}/{name}.png", full_page=True)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    said, asked = [], []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(PAGE)
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(wide <= width, f"{scheme}, {name}: {wide} pixels in {width}")
            small = page.evaluate(
                "Math.min(...[...document.querySelectorAll('svg text')].map("
                "t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a).filter(x => x))")
            check(small >= 8.5, f"{scheme}, {name}: a chart's text has {small} pixels")
            picture(page, f"{scheme}-{name}")
        poor = page.evaluate(CONTRASTS)
        check(not poor, f"{scheme}: contrasts below 4.5: {poor[:10]}")
        context.close()

    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto(PAGE)
    wrong = page.evaluate(NAMES)
    check(not wrong, "\n".join(wrong[:10]))

    stops = page.evaluate("document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length")
    reached = set()
    for _ in range(stops):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement || document.body).outerHTML.slice(0, 120)"))
    check("skip" in "".join(reached), "the first stop of keys is not the link to the report")
    check(len(reached) >= stops * 0.6, f"keys reach {len(reached)} of {stops} places")

    page.emulate_media(media="print")
    if FOLDER:
        page.pdf(path=f"{FOLDER}/print.pdf", format="A4")
    check(not page.evaluate("getComputedStyle(document.querySelector('nav')).display !== 'none'"),
          "the list of contents is printed")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within margins of a centimetre
    wide = page.evaluate("document.documentElement.scrollWidth")
    check(wide <= 718, f"print: {wide} pixels in 718")
    browser.close()
    check(not said, f"the console says {said[:5]}")
    check(all(url.startswith(("file:", "data:")) for url in asked), f"it asks for {asked}")

"""What a look at a laid-out page finds wrong: sideways scrolling, clipped text, what hangs over the edge."""

from typing import Any

from playwright.sync_api import Page

SCRIPT = """(details) => {
  const UNSEEN = ".vh, .visually-hidden, svg, select, .select2, .skip, .skip-to-content-link";
  const root = document.documentElement, found = [], width = root.clientWidth;
  const words = (e) => e.textContent.trim().replace(/\\s+/g, " ").slice(0, 40);
  const name = (e) => [e.tagName.toLowerCase() + (e.id && "#" + e.id), ...e.classList].join(".") + ` “${words(e)}”`;
  const scrolls = (e) => {
    for (let p = e; p; p = p.parentElement) if (["auto", "scroll"].includes(getComputedStyle(p).overflowX)) return true;
    return false;
  };
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} px wide on a screen of ${width}`);
  if (!details) return found;
  for (const e of document.body.querySelectorAll("*")) {
    if (!e.checkVisibility() || e.closest(UNSEEN)) continue;
    const style = getComputedStyle(e), head = e.closest("thead");
    if (style.clipPath !== "none" || head && getComputedStyle(head).clipPath !== "none") continue;
    const cut = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
    if (e.matches("input, textarea")) continue;  // what is typed scrolls inside
    const more = e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1;
    if (cut && more) found.push(`clipped: ${name(e)}`);
    if (style.textOverflow === "ellipsis") found.push(`shortened: ${name(e)}`);
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || scrolls(e)) continue;
    const block = style.display !== "inline" && style.display !== "contents" && e.clientWidth > 0;
    if (block && e.scrollWidth > e.clientWidth + 2) found.push(`spills: ${name(e)}`);
    const box = e.getBoundingClientRect();
    if (box.width && (box.right > width + 1 || box.left < -1)) found.push(`over the edge: ${name(e)}`);
  }
  return found;
}"""


def wrong_with_layout(page: Page, details: bool = True) -> list[str]:
    """One line for each thing that does not fit the screen as it is now; without `details` only the page's width."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    return [f"{width} px: {line}" for line in page.evaluate(SCRIPT, details)]


def wrong_with_head(page: Page, language: str) -> list[str]:
    """Language, direction, one first heading, a title of its own."""
    head: dict[str, Any] = page.evaluate(
        """() => ({lang: document.documentElement.lang, dir: document.documentElement.dir, title: document.title,
        h1: [...document.querySelectorAll("h1")].filter((e) => e.textContent.trim()).length})"""
    )
    direction = "rtl" if language == "ar" else "ltr"
    wrong = []
    if head["lang"].lower() != language:
        wrong.append(f"lang is “{head['lang']}”")
    if head["dir"] != direction:
        wrong.append(f"dir is “{head['dir']}”")
    if head["h1"] != 1:
        wrong.append(f"{head['h1']} first headings")
    if not head["title"].split("–")[0].split("|")[0].strip():
        wrong.append(f"the title is “{head['title']}”")
    return wrong

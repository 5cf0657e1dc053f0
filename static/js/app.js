// Enhancement only: every page works without this file.
(() => {
  "use strict";

  // A page that comes back with problems says so first.
  const focusProblems = (root) => root.querySelector("#error-summary")?.focus();
  focusProblems(document);

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("details.menu[open]");
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // A summary link moves the focus into the field, not only the view.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".errors a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
  });

  // A file is made before it is sent: say so until it comes. Its answer takes the cookie away.
  const waiting = () => document.cookie.split("; ").includes("preparing=1");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-preparing]");
    const line = link?.closest(".menu").nextElementSibling;
    if (!line || event.ctrlKey || event.metaKey || event.shiftKey) return;
    document.cookie = `preparing=1; path=/; max-age=600; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    line.textContent = link.dataset.preparing;
    const watch = setInterval(() => {
      if (waiting()) return;
      clearInterval(watch);
      line.textContent = "";
    }, 200);
  });

  document.addEventListener("htmx:afterSwap", (event) => focusProblems(event.target));

  // After filtering or paging, keyboard and screen reader stand where they stood: at the element with the same id or address.
  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    held = active && event.target.contains(active) ? active.id || active.getAttribute("href") : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!held) return;
    const same = document.getElementById(held) || [...event.target.querySelectorAll("a")].find((a) => a.getAttribute("href") === held);
    (same || event.target.querySelector("[role=status]") || document.getElementById("main")).focus?.({ preventScroll: true });
    held = null;
  });
})();

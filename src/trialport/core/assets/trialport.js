/* Our own few lines beside htmx: moving through a list by single keys, keeping the focus where a list is brought up to
   date, and keeping what was typed where there is no network. Without them every page works. */
(() => {
  "use strict";
  const STORED = "trialport-single-keys";

  /* The choice is kept in this browser; where it keeps nothing, it holds for the page. */
  let off = false;
  try {
    off = localStorage.getItem(STORED) === "off";
  } catch {}
  const showKeys = () => {
    for (const help of document.querySelectorAll("[data-keys-help]")) help.hidden = false;
    for (const button of document.querySelectorAll("[data-keys-switch]")) button.setAttribute("aria-pressed", String(!off));
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-switch]")) return;
    off = !off;
    try {
      localStorage.setItem(STORED, off ? "off" : "on");
    } catch {}
    showKeys();
  });

  const links = () => [...document.querySelectorAll("[data-keys] h3 a")];
  document.addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const all = links();
    const at = all.indexOf(document.activeElement);
    let wanted = null;
    if (event.key === "j") wanted = all[Math.min(at + 1, all.length - 1)];
    else if (event.key === "k") wanted = all[Math.max(at - 1, 0)];
    else if (event.key === "f") wanted = document.querySelector("[data-keys-filter] > summary");
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
  });

  /* htmx gives the focus back to what has the same id. What left a part hands it to what stands in its place there. */
  const TAKES_FOCUS = "a[href], button, input:not([type='hidden']), select, textarea, summary";
  let part = "";
  let place = -1;
  const stops = (one) => [...one.querySelectorAll(TAKES_FOCUS)];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (!target || !target.id) return;
    part = target.contains(document.activeElement) ? target.id : "";
    place = part ? stops(target).indexOf(document.activeElement) : -1;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const held = document.getElementById(part);
    if (!held || document.activeElement !== document.body) return;
    part = "";
    const all = stops(held);
    const next = all[Math.max(Math.min(place, all.length - 1), 0)] || held;
    if (next === held) held.tabIndex = -1;
    next.focus({ preventScroll: true });
  });

  /* No network: it is said where messages stand, and a form is not sent, for the browser would put a page of its own in
     place of what was typed. */
  const note = () => document.getElementById("offline");
  const say = () => {
    const messages = document.getElementById("messages");
    if (!messages || note()) return;
    const line = document.createElement("p");
    line.id = "offline";
    line.className = "ds-alert";
    line.dataset.color = "warning";
    line.textContent = messages.dataset.offline;
    messages.prepend(line);
  };
  document.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    /* Said again for each attempt. */
    if (note()) note().remove();
    say();
    note().scrollIntoView({ block: "center" });
  }, true);
  window.addEventListener("offline", say);
  document.addEventListener("htmx:sendError", say);
  const unsay = () => {
    if (note()) note().remove();
  };
  window.addEventListener("online", unsay);
  document.addEventListener("htmx:beforeSwap", unsay);

  showKeys();
  if (!navigator.onLine) say();
})();

// Review: what a page of the queue does beyond links and forms. Keys and swipes press the buttons that are there, so
// nothing can be done with them that cannot be done without.
//
//     [data-key="a"]        pressed by that key, unless one is typing or has switched the keys off
//     [data-swipe]          dragged right presses [data-key="a"], left [data-key="d"]
//     [data-hold]           told every 30 s that somebody still looks, while the page is seen
//     #stage[data-leave]    told when the page is left, so that the draft is free for others at once
//     #news [data-now]      "closed": decided meanwhile, and nothing here decides any more; "waits": nothing goes out now
//     [data-left]           seconds in which a decision can be taken back
//     [data-keep]           words that are being typed survive a sign-in or a closed page; forgotten once they are sent

const $ = (query) => document.querySelector(query);
const HOLD = 30_000; // ms; the lease lasts three times as long
const SETTLE = 350; // ms in which a key is not meant for the draft that has just appeared
const FAR = 0.35; // of the width: a swipe that is meant

// -- Keys -------------------------------------------------------------------------------------------------------------

let appeared = 0;
let keys = localStorage.getItem("review-keys") !== "off";

document.addEventListener("keydown", (event) => {
  const { key, repeat, altKey, ctrlKey, metaKey, target } = event;
  if (repeat || altKey || ctrlKey || metaKey) return;
  const typing = target.closest("input, textarea, select, [contenteditable]");
  if (key === "Escape" ? !typing : !keys || typing || Date.now() - appeared < SETTLE) return;
  const button = $(`[data-key="${CSS.escape(key.toLowerCase())}"]`);
  if (!canPress(button)) return;
  event.preventDefault();
  button.click();
});

function canPress(button) {
  return button && !button.disabled && !button.closest("[hidden]");
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-keys]")) return;
  keys = !keys;
  localStorage.setItem("review-keys", keys ? "on" : "off");
  showKeys();
});

function showKeys() {
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", keys);
    button.textContent = keys ? "Keys on" : "Keys off";
  }
  document.body.toggleAttribute("data-keys-off", !keys);
}

// -- Swipe ------------------------------------------------------------------------------------------------------------

let drag;

document.addEventListener("pointerdown", ({ pointerType, target, clientX, clientY, isPrimary }) => {
  // The words move, not what holds the buttons: those stay under the thumb.
  const card = pointerType === "touch" && isPrimary && target.closest(".draft")?.querySelector("[data-swipe]");
  if (card && !target.closest("a, button, input, summary, .decision-buttons")) drag = { card, x: clientX, y: clientY, by: 0 };
});

document.addEventListener("pointermove", ({ clientX, clientY }) => {
  if (!drag) return;
  drag.by = clientX - drag.x;
  if (Math.abs(clientY - drag.y) > 48 && Math.abs(drag.by) < 48) return stop();
  drag.card.style.translate = `${drag.by}px`;
  drag.card.dataset.swipe = Math.abs(drag.by) < far() ? "" : drag.by > 0 ? "yes" : "no";
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const button = Math.abs(drag.by) < far() ? null : $(`[data-key="${drag.by > 0 ? "a" : "d"}"]`);
  stop();
  if (canPress(button)) button.click();
});

document.addEventListener("pointercancel", () => { if (drag) stop(); });

function far() {
  return drag.card.offsetWidth * FAR;
}

function stop() {
  drag.card.style.translate = "";
  drag.card.dataset.swipe = "";
  drag = undefined;
}

// -- Hold and leave ---------------------------------------------------------------------------------------------------

setInterval(() => {
  const held = $("[data-hold]");
  if (held && !document.hidden) window.htmx?.trigger(held, "live");
}, HOLD);

addEventListener("pagehide", () => {
  const address = $("#current-draft")?.dataset.leave;
  const token = $("#current-draft [name=csrfmiddlewaretoken]")?.value;
  if (!address || !token) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  navigator.sendBeacon(address, body);
});

// -- The draft that has just appeared ---------------------------------------------------------------------------------

let stage = $("#current-draft");
let shown = stage?.dataset.draft;
let editing = $("#text") !== null;

// The cursor goes into the words once the stage is for editing; whoever is elsewhere on the page stays there. htmx brings
// the focus back to the name by its id, so the stage itself does not count as elsewhere.
function follow() {
  const [was, field, focus] = [editing, $("#text"), document.activeElement];
  const anew = stage !== $("#current-draft");
  stage = $("#current-draft");
  editing = field !== null;
  if (anew && field && (focus === document.body || (!was && stage.contains(focus)))) field.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", () => {
  showKeys();
  heed();
  countDown();
  restore();
  const now = $("#current-draft")?.dataset.draft;
  follow();
  if (now === shown) return;
  shown = now;
  appeared = Date.now();
  $("#draft-name")?.focus({ preventScroll: true });
  if ($("#head")?.getBoundingClientRect().top < -40) $("#head").scrollIntoView();
});

// -- What became of it meanwhile --------------------------------------------------------------------------------------

// The buttons follow what is said; what is read, and what is being typed, stays where it is.
function heed() {
  const now = $("#draft-status [data-now]")?.dataset.now;
  for (const part of document.querySelectorAll("#current-draft .decision-buttons, #current-draft [data-decides]")) part.hidden = now === "closed";
  for (const button of document.querySelectorAll("[data-approves]")) button.disabled = now !== undefined;
}

// -- Time to undo -----------------------------------------------------------------------------------------------------

let counting;

function countDown() {
  const strip = $("#undo [data-left]");
  if (!strip || strip.dataset.ends) return;
  strip.dataset.ends = performance.now() + Number(strip.dataset.left) * 1000;
  clearInterval(counting);
  counting = setInterval(() => {
    const left = Math.ceil((Number(strip.dataset.ends) - performance.now()) / 1000);
    if (!strip.isConnected) return clearInterval(counting);
    if (left <= 0) {
      clearInterval(counting);
      strip.remove();
    } else if (left < 120) {
      const line = strip.querySelector("[data-countdown]");
      line.textContent = `${line.dataset.countdown} in ${left} s.`;
    }
  }, 250);
}

// -- Words that are being typed ---------------------------------------------------------------------------------------

document.addEventListener("input", ({ target }) => {
  if (target.dataset.keep) sessionStorage.setItem(target.dataset.keep, target.value);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const kept = detail.elt.querySelector?.("[data-keep]");
  if (kept && detail.successful && detail.requestConfig.verb === "post" && !detail.xhr.getResponseHeader("HX-Redirect")) {
    sessionStorage.removeItem(kept.dataset.keep);
  }
});

function restore() {
  const field = $("[data-keep]");
  const kept = field && sessionStorage.getItem(field.dataset.keep);
  if (!kept || kept === field.value) return;
  field.value = kept;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  $("#unsaved").textContent = "You typed these words before. They are not saved yet.";
}

// Leaving with something unsaved asks first; whoever has to sign in finds it here again.
let leaving = false;

document.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => { leaving ||= detail.xhr.getResponseHeader("HX-Redirect") !== null; });
addEventListener("beforeunload", (event) => {
  const field = $("[data-keep]");
  if (field && !leaving && (field.dataset.typed || field.value !== field.defaultValue)) event.preventDefault();
});

showKeys();
countDown();
restore();
if (document.activeElement === document.body) $("#text")?.focus({ preventScroll: true });

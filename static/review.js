// The review page: keys, swipes, holds, the time to undo, and text that is being typed. Keys and swipes press buttons of
// the page, so that everything also works without them.
//
//     [data-key="a"]                    pressed by this key, unless somebody types or has switched the keys off
//     [data-swipe]                      dragging it right presses [data-key="a"], left [data-key="d"]
//     [data-hold-renewal]               requested every 30 s while the page is visible, to hold the draft longer
//     #current-draft[data-release-url]  requested when the page is left, so that others get the draft at once
//     #draft-status [data-status]       "closed": the draft can no longer be decided; "blocked": it cannot be approved
//     [data-undo-seconds]               seconds in which a decision can be undone
//     [data-storage-key]                typed text survives a sign-in or a closed page, until it is sent

const $ = (query) => document.querySelector(query);
const HOLD_RENEWAL_MS = 30_000; // a hold lasts three times as long (artists/holds.py)
const KEY_GUARD_MS = 350; // a key pressed this soon after a new draft appeared was meant for the one before
const SWIPE_THRESHOLD = 0.35; // part of the width; a shorter swipe does nothing

// -- Keys -------------------------------------------------------------------------------------------------------------

let shownAt = 0;
let keysEnabled = localStorage.getItem("review-keys") !== "off";

document.addEventListener("keydown", (event) => {
  const { key, repeat, altKey, ctrlKey, metaKey, target } = event;
  if (repeat || altKey || ctrlKey || metaKey) return;
  const typing = target.closest("input, textarea, select, [contenteditable]");
  if (key === "Escape" ? !typing : !keysEnabled || typing || Date.now() - shownAt < KEY_GUARD_MS) return;
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
  keysEnabled = !keysEnabled;
  localStorage.setItem("review-keys", keysEnabled ? "on" : "off");
  updateKeyHints();
});

function updateKeyHints() {
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", keysEnabled);
    button.textContent = keysEnabled ? "Keys on" : "Keys off";
  }
  document.body.toggleAttribute("data-keys-off", !keysEnabled);
}

// -- Swipe ------------------------------------------------------------------------------------------------------------

let drag;

document.addEventListener("pointerdown", ({ pointerType, target, clientX, clientY, isPrimary }) => {
  // Only the text moves. The buttons stay under the thumb.
  const card = pointerType === "touch" && isPrimary && target.closest(".draft")?.querySelector("[data-swipe]");
  if (card && !target.closest("a, button, input, summary, .decision-buttons")) drag = { card, x: clientX, y: clientY, distance: 0 };
});

document.addEventListener("pointermove", ({ clientX, clientY }) => {
  if (!drag) return;
  drag.distance = clientX - drag.x;
  if (Math.abs(clientY - drag.y) > 48 && Math.abs(drag.distance) < 48) return endDrag();
  drag.card.style.translate = `${drag.distance}px`;
  drag.card.dataset.swipe = Math.abs(drag.distance) < swipeDistance() ? "" : drag.distance > 0 ? "yes" : "no";
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const button = Math.abs(drag.distance) < swipeDistance() ? null : $(`[data-key="${drag.distance > 0 ? "a" : "d"}"]`);
  endDrag();
  if (canPress(button)) button.click();
});

document.addEventListener("pointercancel", () => { if (drag) endDrag(); });

function swipeDistance() {
  return drag.card.offsetWidth * SWIPE_THRESHOLD;
}

function endDrag() {
  drag.card.style.translate = "";
  drag.card.dataset.swipe = "";
  drag = undefined;
}

// -- Hold and release -------------------------------------------------------------------------------------------------

setInterval(() => {
  const holdElement = $("[data-hold-renewal]");
  if (holdElement && !document.hidden) window.htmx?.trigger(holdElement, "live");
}, HOLD_RENEWAL_MS);

addEventListener("pagehide", () => {
  const url = $("#current-draft")?.dataset.releaseUrl;
  const token = $("#current-draft [name=csrfmiddlewaretoken]")?.value;
  if (!url || !token) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  navigator.sendBeacon(url, body);
});

// -- A draft that has just appeared -----------------------------------------------------------------------------------

let currentDraft = $("#current-draft");
let shownDraft = currentDraft?.dataset.draft;
let wasEditing = $("#text") !== null;

// Focus the text field when the draft becomes editable, unless the person is elsewhere on the page. htmx restores the
// focus on the name by its id, so a focus inside the draft does not count as elsewhere.
function focusEditor() {
  const [field, focused] = [$("#text"), document.activeElement];
  const wasReplaced = currentDraft !== $("#current-draft");
  currentDraft = $("#current-draft");
  const isFree = focused === document.body || (!wasEditing && currentDraft.contains(focused));
  if (wasEditing && !field && focused === document.body) $('[data-key="e"]')?.focus({ preventScroll: true }); // back from an edit
  wasEditing = field !== null;
  if (wasReplaced && field && isFree) field.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", () => {
  updateKeyHints();
  applyUpdate();
  startUndoCountdown();
  restoreTyped();
  const draft = $("#current-draft")?.dataset.draft;
  focusEditor();
  if (draft === shownDraft) return;
  shownDraft = draft;
  shownAt = Date.now();
  $("#draft-name")?.focus({ preventScroll: true });
  if ($("#head")?.getBoundingClientRect().top < -40) $("#head").scrollIntoView();
});

// -- Changes by others ------------------------------------------------------------------------------------------------

// Hide or disable the buttons. The text, and what is being typed, does not move.
function applyUpdate() {
  const status = $("#draft-status [data-status]")?.dataset.status;
  for (const part of document.querySelectorAll("#current-draft .decision-buttons, #current-draft [data-decision]")) part.hidden = status === "closed";
  for (const button of document.querySelectorAll("[data-approve]")) button.disabled = status !== undefined;
}

// -- Time to undo -----------------------------------------------------------------------------------------------------

let countdownTimer;

function startUndoCountdown() {
  const toast = $("#undo [data-undo-seconds]");
  if (!toast || toast.dataset.ends) return;
  toast.dataset.ends = performance.now() + Number(toast.dataset.undoSeconds) * 1000;
  clearInterval(countdownTimer);
  countdownTimer = setInterval(() => {
    const secondsLeft = Math.ceil((Number(toast.dataset.ends) - performance.now()) / 1000);
    if (!toast.isConnected) return clearInterval(countdownTimer);
    if (secondsLeft <= 0) {
      clearInterval(countdownTimer);
      toast.remove();
    } else if (secondsLeft < 120) {
      const line = toast.querySelector("[data-countdown]");
      line.textContent = `${line.dataset.countdown} in ${secondsLeft} s.`;
    }
  }, 250);
}

// -- Text that is being typed -----------------------------------------------------------------------------------------

document.addEventListener("input", ({ target }) => {
  if (target.dataset.storageKey) sessionStorage.setItem(target.dataset.storageKey, target.value);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const field = detail.elt.querySelector?.("[data-storage-key]");
  if (field && detail.successful && detail.requestConfig.verb === "post" && !detail.xhr.getResponseHeader("HX-Redirect")) {
    sessionStorage.removeItem(field.dataset.storageKey);
  }
});

function restoreTyped() {
  const field = $("[data-storage-key]");
  const stored = field && sessionStorage.getItem(field.dataset.storageKey);
  if (!stored || stored === field.value) return;
  field.value = stored;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  $("#unsaved").textContent = "You typed this before. It is not saved yet.";
}

// Leaving with unsaved text asks first. A redirect to the sign-in page does not ask: the text is restored afterwards.
let leaving = false;

document.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => { leaving ||= detail.xhr.getResponseHeader("HX-Redirect") !== null; });
addEventListener("beforeunload", (event) => {
  const field = $("[data-storage-key]");
  if (field && !leaving && (field.dataset.wasTyped || field.value !== field.defaultValue)) event.preventDefault();
});

updateKeyHints();
startUndoCountdown();
restoreTyped();
if (document.activeElement === document.body) $("#text")?.focus({ preventScroll: true });

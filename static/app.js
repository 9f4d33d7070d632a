// What a page does beyond links and forms: live updates, toasts and error messages. Without this file pages still work.
//
// Live updates  <section data-live="draft.pending draft.decided" hx-get="…" hx-trigger="live">…</section>
//               htmx fetches the section again when a notice of one of these kinds arrives, and after missed notices.
//               The same notice is an event of body: hx-trigger="live:draft.pending from:body".
// Toasts        #toasts[data-toast-for="experience.delivered"][data-toast-url] gets the response to
//               GET url?about=<reference>. The status 204 shows nothing. A toast about "experience:1" is only spoken
//               where #experience-1 is in view, so that it never covers what it announces.
// Connection    #offline, #signed-out and #request-error (_messages.html) and [data-live-state] are shown and hidden.
// Focus         stays on what was pressed while htmx replaces it, or goes to the nearest part around it that is still there
// Small things  <button data-copy="#id" hidden>   copies the text or value of that element and says so
//               <button data-close>               removes the nearest [data-closable], or hides a [data-closable="hide"]

const $ = (query) => document.querySelector(query);
const OFFLINE_NOTICE_DELAY = 3_000; // ms without a connection before the page says so
const MAX_TOASTS = 3;
const TOAST_DURATION = 15_000; // ms
const MAX_UPDATE_DURATION = 2_000; // ms that a toast waits for the live update of the page
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

// -- Live updates --------------------------------------------------------------------------------------------------------

let offlineSince, offlineTimer;
let connection; // what [data-live-state] says

document.addEventListener("live:notice", ({ detail }) => {
  refreshParts((kinds) => kinds.includes(detail.kind));
  document.body.dispatchEvent(new CustomEvent(`live:${detail.kind}`, { detail }));
  showToast(detail);
});

document.addEventListener("live:resync", () => refreshParts(() => true));

function refreshParts(isConcerned) {
  for (const part of document.querySelectorAll("[data-live]")) {
    if (isConcerned(part.dataset.live.split(/\s+/))) window.htmx?.trigger(part, "live");
  }
}

document.addEventListener("live:up", () => {
  clearTimeout(offlineTimer);
  offlineTimer = offlineSince = undefined;
  showConnection("live", "Live");
  setVisible("#offline", false);
});

document.addEventListener("live:down", () => {
  offlineSince ??= new Date();
  offlineTimer ??= setTimeout(() => {
    showConnection("offline", "Offline");
    const time = $("#offline time");
    if (time) time.textContent = CLOCK.format(offlineSince);
    setVisible("#offline", true);
  }, navigator.onLine ? OFFLINE_NOTICE_DELAY : 0);
});

document.addEventListener("live:signed-out", () => {
  clearTimeout(offlineTimer);
  showConnection("offline", "Signed out");
  setVisible("#offline", false);
  setVisible("#signed-out", true);
});

function showConnection(state, text) {
  connection = [state, text];
  for (const label of document.querySelectorAll("[data-live-state]")) {
    label.hidden = false;
    label.dataset.state = state;
    label.textContent = text;
  }
}

function setVisible(selector, visible) {
  const element = $(selector);
  if (element) element.hidden = !visible;
}

// -- Toasts --------------------------------------------------------------------------------------------------------------

async function showToast({ kind, reference }) {
  const region = $("#toasts");
  if (!region?.dataset.toastFor.split(/\s+/).includes(kind)) return;
  const url = new URL(region.dataset.toastUrl, location.href);
  url.searchParams.set("about", reference);
  await livePartUpdated(kind);
  const response = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (response?.status !== 200 || response.headers.has("HX-Redirect")) return;
  region.insertAdjacentHTML("beforeend", await response.text());
  if (isInView(reference.replace(":", "-"))) speakOnly(region.lastElementChild);
  while (region.children.length > MAX_TOASTS) region.firstElementChild.remove();
  removeLater(region.lastElementChild);
}

// Resolves when the part of the page that shows notices of this kind has been fetched again.
function livePartUpdated(kind) {
  const part = $(`[data-live~="${kind}"]`);
  return part && new Promise((resolve) => {
    part.addEventListener("htmx:afterRequest", resolve, { once: true });
    setTimeout(resolve, MAX_UPDATE_DURATION);
  });
}

function isInView(id) {
  const { top, bottom } = document.getElementById(id)?.getBoundingClientRect() ?? {};
  return top < innerHeight && bottom > 0;
}

function speakOnly(toast) {
  const text = document.createElement("p");
  text.className = "visually-hidden";
  text.textContent = toast.querySelector("p").textContent;
  toast.replaceWith(text);
}

// A toast stays while somebody points at it or uses it.
function removeLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) removeLater(toast);
    else toast.remove();
  }, TOAST_DURATION);
}

// -- Failed requests of htmx ---------------------------------------------------------------------------------------------

const ERROR_MESSAGES = { // by HTTP status; 0 is a failed connection
  0: "We could not reach Fanfare. What you typed is still here. Try again when you are online.",
  403: "You may not do that, or this page is from before you last signed in. Nothing was changed. Load the page again.",
  404: "This no longer exists, or you may no longer see it. Load the page again.",
  413: "That is too large to be sent. Nothing was changed. A picture may have 8 MB.",
  429: "That was too often in a short time. Nothing was changed. Wait a minute, then try again.",
  503: "The database is away for a moment. Nothing was half done. Try again.",
};

function showError(status, { elt, requestConfig }) {
  const box = $("#request-error");
  if (!box) return;
  box.querySelector("[data-what]").textContent = ERROR_MESSAGES[status] ?? "That did not go through. Nothing was half done. Try again.";
  box.querySelector("[data-code]").textContent = status ? `error ${status}, ${new Date().toLocaleTimeString()}` : "";
  box.hidden = false;
  const control = requestConfig?.triggeringEvent?.submitter ?? elt;
  requestAnimationFrame(() => requestAnimationFrame(() => scrollBelow(box, control))); // after the browser made room for the box
}

// The error box sticks below the bar. Scroll so that it does not cover the control that was pressed.
function scrollBelow(box, control) {
  const { top } = control.getBoundingClientRect();
  const overlap = box.getBoundingClientRect().bottom + 12 - top;
  if (top > 0 && overlap > 0) scrollBy(0, -overlap);
}

// The failure of a live update, or of what a page asks for by itself, shows no error: the page already says that it is offline.
const isByPerson = ({ detail }) => /^(?!live|hx:poll)/.test(detail.requestConfig?.triggeringEvent?.type ?? "live");
document.addEventListener("htmx:responseError", (event) => { if (isByPerson(event)) showError(event.detail.xhr.status, event.detail); });
document.addEventListener("htmx:sendError", (event) => { if (isByPerson(event)) showError(0, event.detail); });
document.addEventListener("htmx:beforeRequest", (event) => { if (isByPerson(event)) setVisible("#request-error", false); });
document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.elt.removeAttribute("aria-busy"));

// A form that stays in its page, whose part the answer lacks: show the answer's page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { boosted, target, serverResponse, shouldSwap } = event.detail;
  if (!boosted || !shouldSwap || serverResponse.includes(`id="${target.id}"`)) return;
  event.detail.shouldSwap = false;
  location.reload();
});

// -- Focus ---------------------------------------------------------------------------------------------------------------

let pressed; // what the person pressed: selectors of it and of what it stands in, nearest first

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!isByPerson(event)) return;
  const { elt, requestConfig } = event.detail;
  const control = requestConfig.triggeringEvent?.submitter ?? elt;
  if (control.contains(document.activeElement)) pressed = [...selectorsOf(control), ...selectorsAround(control)];
});

function selectorsOf(control) {
  const form = control.form?.getAttribute("action");
  const inForm = form ? `form[action="${CSS.escape(form)}"] ` : "";
  const value = control.getAttribute("value");
  return [
    control.id && `#${CSS.escape(control.id)}`,
    control.name && value && `${inForm}[name="${CSS.escape(control.name)}"][value="${CSS.escape(value)}"]`,
    form && `${inForm}button:not([tabindex="-1"])`,
  ].filter(Boolean);
}

function selectorsAround(control) {
  const ids = [];
  for (let part = control.parentElement; part; part = part.parentElement) if (part.id) ids.push(`#${CSS.escape(part.id)}`);
  return ids;
}

// htmx itself only finds what has an id. This runs after what pages do about the focus themselves.
document.addEventListener("htmx:afterSettle", () => setTimeout(() => {
  if (!pressed || document.activeElement !== document.body) return;
  const control = pressed.map((selector) => $(selector)).find((found) => found && !found.disabled);
  if (control && !control.matches("a[href], button, input, select, textarea, summary")) control.tabIndex = -1;
  control?.focus({ preventScroll: true });
  pressed = undefined;
}));

// -- Small things --------------------------------------------------------------------------------------------------------

function enhance(root) {
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

enhance(document);
document.addEventListener("htmx:load", ({ detail }) => {
  enhance(detail.elt);
  if (connection) showConnection(...connection); // a header that is new does not say it yet
});

document.addEventListener("click", async ({ target }) => {
  const closable = target.closest("[data-close]")?.closest("[data-closable]");
  if (closable?.dataset.closable === "hide") closable.hidden = true;
  else closable?.remove();
  const copyButton = target.closest("[data-copy]");
  if (copyButton) {
    const source = $(copyButton.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const status = copyButton.querySelector("[data-told]");
    if (status) status.textContent = "Copied";
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", ({ key, target }) => {
  const menu = key === "Escape" && target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

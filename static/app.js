// Show: what a page does beyond links and forms. Everything here is an addition; without it pages still work.
//
// Fresh parts   <section data-live="draft.pending draft.decided" hx-get="…" hx-trigger="live">…</section>
//               is fetched again by htmx when a notice of one of these kinds comes, and after a gap in the line.
//               The same notice is an event on body: hx-trigger="live:draft.pending from:body".
// Toasts        #toasts[data-toast-for="experience.delivered"][data-toast-url]: the answer to
//               GET url?about=<reference> is put there; 204 shows nothing.
// State         #offline, #signed-out, #trouble in base.html and [data-live-state] in the bar are shown and hidden.
// Small things  <time data-at="day">   in the zone of whoever reads
//               <button data-copy="#id" hidden>   copies the text or value of that element, and says so
//               <button data-close>   removes the nearest [data-closable], or hides a [data-closable="hide"]
//               <form data-autosubmit>   sends itself when something in it is chosen (it has a button as well)

const $ = (query) => document.querySelector(query);
const SOON = 3_000; // ms that a line may be down before we speak of it
const MOST_TOASTS = 3, TOAST_STAYS = 15_000;

// -- Live ---------------------------------------------------------------------------------------------------------

let since, speak;

document.addEventListener("live:notice", ({ detail }) => {
  refresh((kinds) => kinds.includes(detail.kind));
  document.body.dispatchEvent(new CustomEvent(`live:${detail.kind}`, { detail }));
  toast(detail);
});

document.addEventListener("live:resync", () => refresh(() => true));

function refresh(cares) {
  for (const part of document.querySelectorAll("[data-live]")) {
    if (cares(part.dataset.live.split(/\s+/))) window.htmx?.trigger(part, "live");
  }
}

document.addEventListener("live:up", () => {
  clearTimeout(speak);
  speak = since = undefined;
  state("live", "Live");
  toggle("#offline", false);
});

document.addEventListener("live:down", () => {
  since ??= new Date();
  speak ??= setTimeout(() => {
    state("offline", "Offline");
    const time = $("#offline time");
    if (time) put(time, since, "time");
    toggle("#offline", true);
  }, navigator.onLine ? SOON : 0);
});

document.addEventListener("live:signed-out", () => {
  clearTimeout(speak);
  state("offline", "Signed out");
  toggle("#offline", false);
  toggle("#signed-out", true);
});

function state(name, words) {
  for (const sign of document.querySelectorAll("[data-live-state]")) {
    sign.hidden = false;
    sign.dataset.state = name;
    sign.textContent = words;
  }
}

function toggle(query, shown) {
  const part = $(query);
  if (part) part.hidden = !shown;
}

// -- Toasts -------------------------------------------------------------------------------------------------------

async function toast({ kind, reference }) {
  const region = $("#toasts");
  if (!region?.dataset.toastFor.split(/\s+/).includes(kind)) return;
  const address = new URL(region.dataset.toastUrl, location.href);
  address.searchParams.set("about", reference);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status !== 200 || answer.headers.has("HX-Redirect")) return;
  region.insertAdjacentHTML("beforeend", await answer.text());
  while (region.children.length > MOST_TOASTS) region.firstElementChild.remove();
  times(region.lastElementChild);
  leave(region.lastElementChild);
}

function leave(shown) {
  setTimeout(() => {
    if (shown.matches(":hover, :focus-within")) leave(shown);
    else shown.remove();
  }, TOAST_STAYS);
}

// -- What htmx was answered ----------------------------------------------------------------------------------------

const SAID = {
  0: "We could not reach Fanfare. What you typed is still here. Try again when you are online.",
  403: "You may not do that, or this page is from before you last signed in. Nothing was changed. Load the page again.",
  404: "This no longer exists, or you may no longer see it. Load the page again.",
  429: "That was too often in a short time. Nothing was changed. Wait a minute, then try again.",
  503: "The database is away for a moment. Nothing was half done. Try again.",
};

function trouble(status, { elt, requestConfig }) {
  const box = $("#request-error");
  if (!box) return;
  box.querySelector("[data-what]").textContent = SAID[status] ?? "That did not go through. Nothing was half done. Try again.";
  box.querySelector("[data-code]").textContent = status ? `error ${status}, ${new Date().toLocaleTimeString()}` : "";
  box.hidden = false;
  const uncover = () => clear(box, requestConfig?.triggeringEvent?.submitter ?? elt);
  requestAnimationFrame(() => requestAnimationFrame(uncover)); // after the browser has moved the page for the box
}

// The box stays below the bar: what was pressed comes out from under it.
function clear(box, pressed) {
  const { top } = pressed.getBoundingClientRect();
  const over = box.getBoundingClientRect().bottom + 12 - top;
  if (top > 0 && over > 0) scrollBy(0, -over);
}

// A part that refreshes by itself may fail quietly: the strip says that we are offline. What a person pressed may not.
const pressed = ({ detail }) => detail.requestConfig?.triggeringEvent?.type?.startsWith("live") !== true;
document.addEventListener("htmx:responseError", (event) => { if (pressed(event)) trouble(event.detail.xhr.status, event.detail); });
document.addEventListener("htmx:sendError", (event) => { if (pressed(event)) trouble(0, event.detail); });
document.addEventListener("htmx:beforeRequest", (event) => { if (pressed(event)) toggle("#request-error", false); });
document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.elt.removeAttribute("aria-busy"));

// -- Times in the reader's zone --------------------------------------------------------------------------------------

const FORMS = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short", year: "numeric" },
  weekday: { weekday: "long" },
};

function put(element, when, how) {
  const say = (form) => new Intl.DateTimeFormat("en-GB", FORMS[form]).format(when);
  const days = Math.round((midnight(new Date()) - midnight(when)) / 86_400_000);
  const day = { 0: "today", 1: "yesterday", [-1]: "tomorrow" }[days] ?? (days > 0 && days < 7 ? say("weekday") : say("date"));
  element.textContent = { time: say("time"), date: say("date") }[how] ?? `${day}, ${say("time")}`;
  element.setAttribute("datetime", when.toISOString());
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

function times(root) {
  for (const time of root.querySelectorAll("time[data-at]")) put(time, new Date(time.dateTime), time.dataset.at);
}

function dress(root) {
  times(root);
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

dress(document);
document.addEventListener("htmx:load", ({ detail }) => dress(detail.elt));

// -- Small things -----------------------------------------------------------------------------------------------------

document.addEventListener("click", async ({ target }) => {
  const closed = target.closest("[data-close]")?.closest("[data-closable]");
  if (closed?.dataset.closable === "hide") closed.hidden = true;
  else closed?.remove();
  const button = target.closest("[data-copy]");
  if (button) {
    const source = $(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const told = button.querySelector("[data-told]");
    if (told) told.textContent = "Copied";
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", ({ key, target }) => {
  const menu = key === "Escape" && target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-autosubmit]")) target.form.requestSubmit();
});

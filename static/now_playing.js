// The bar in which a remix plays on while one moves through pages.
//
//   <section data-now-playing data-owner="…" data-player-script="/static/remix_player.js" data-soft hidden></section>
//
// A player with data-bar="/experiences/…/player" that begins to play is put into the bar; what the bar says comes from this
// address, also the words why something does not play any more. On the player's own page the bar is hidden.
// While it plays, a link to another page with data-soft is followed without a new document: what is around the bar is
// replaced, so that the sound never leaves the document. Any other page is loaded as usual, also one of another person or of a
// newer release, and the bar plays on from the same place; where the browser does not let it begin by itself, it waits for a press.

const STATE = "now-playing"; // in sessionStorage: whose, what, and whether it plays
const PLAYS_ON_WITHIN = 10_000; // ms between two pages
const ASK_EVERY = 60_000; // ms: whether it may still be heard. Each range of the sound asks too.

const bar = document.querySelector("[data-now-playing]");
let players = new Set(), setUp;
let url; // of what is in the bar; undefined while the bar is closed
let shownPath = location.pathname + location.search;
let moves = 0;

const inBar = () => [...players].find(({ box }) => bar.contains(box));
const onPage = () => [...players].find(({ box, key }) => !bar.contains(box) && key === inBar()?.key);
const active = () => onPage() ?? inBar();
const isPlaying = () => Boolean(active() && !active().playing.paused);

// -- What the bar shows --------------------------------------------------------------------------------------------------

async function open(address) {
  const response = await fetch(address).catch(() => null);
  if (!response || response.status === 429 || response.status >= 500) return; // away for a moment: what is there stays
  if (!response.ok || response.redirected) return close();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const ended = page.querySelector("[data-ended]");
  if (!ended && address === url && inBar()) return;
  if (ended) stopSound();
  ({ players, setUp } = await import(bar.dataset.playerScript));
  url = address;
  bar.replaceChildren(...page.body.childNodes);
  load(bar);
  setUp(bar);
  if (ended) sessionStorage.removeItem(STATE);
  show();
}

// A sound that was parsed outside of a page has failed already.
function load(part) { for (const sound of part.querySelectorAll("audio")) sound.load(); }

function show() { bar.hidden = !url || Boolean(onPage()); }

function stopSound() {
  onPage()?.pause();
  inBar()?.pause();
}

function close() {
  stopSound();
  unload();
  url = undefined;
  bar.replaceChildren();
  show();
  sessionStorage.removeItem(STATE);
}

// Else a headset or a lock screen could play on what no page shows. The place where it was stays remembered.
function unload() {
  inBar()?.listening.abort();
  for (const sound of bar.querySelectorAll("audio")) {
    sound.removeAttribute("src");
    sound.load();
  }
  if (navigator.mediaSession) navigator.mediaSession.metadata = null;
}

function save() {
  if (!inBar()) return;
  sessionStorage.setItem(STATE, JSON.stringify({ owner: bar.dataset.owner, url, playing: isPlaying(), at: Date.now() }));
}

async function restore() {
  const { owner, url: address, playing, at } = JSON.parse(sessionStorage.getItem(STATE) ?? "{}");
  if (!address || owner !== bar.dataset.owner) return sessionStorage.removeItem(STATE);
  await open(address);
  const [{ type }] = performance.getEntriesByType("navigation");
  if (!playing || type === "reload" || Date.now() - at > PLAYS_ON_WITHIN || !active() || isPlaying()) return;
  await active().toggle();
  if (!isPlaying()) active()?.tell("Press play to go on.");
}

document.addEventListener("remix:play", ({ detail: { box } }) => {
  if (box.dataset.bar) open(box.dataset.bar);
  else if (bar.contains(box)) open(url);
});
document.addEventListener("remix:fail", ({ detail }) => { if (detail === active()) open(url); });
document.addEventListener("live:notice", ({ detail }) => { if (inBar()?.key === detail.reference) open(url); });
document.addEventListener("live:signed-out", close);
document.addEventListener("submit", ({ target }) => { if (target.action.endsWith("/logout/")) close(); });
setInterval(() => { if (isPlaying()) open(url); }, ASK_EVERY);
addEventListener("pagehide", save);

bar.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-stop]")) return;
  close();
  document.querySelector("#main").focus({ preventScroll: true });
});

// One sound plays at a time.
document.addEventListener("play", ({ target }) => {
  for (const sound of document.querySelectorAll("audio")) if (sound !== target) sound.pause();
}, { capture: true });

// -- To another page while it plays --------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash && link.pathname + link.search === shownPath) return;
  if (!isPlaying() || !("soft" in bar.dataset)) return;
  event.preventDefault();
  move(link.href, { isBack: false });
});

addEventListener("popstate", () => {
  if (location.pathname + location.search === shownPath) return;
  if (isPlaying()) move(location.href, { isBack: true });
  else location.reload();
});

async function move(address, { isBack }) {
  const number = moves += 1;
  const response = await fetch(address).catch(() => null);
  const isPage = response?.ok && response.headers.get("Content-Type")?.startsWith("text/html");
  const page = isPage ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  if (number !== moves) return; // another link was followed meanwhile
  const there = new URL(response?.url ?? address);
  there.hash = new URL(address).hash;
  const place = page?.querySelector("body > [data-now-playing][data-soft]");
  if (place?.dataset.owner !== bar.dataset.owner || !isOfThisRelease(page)) {
    if (!isPage) response?.body?.cancel(); // a file, which the browser asks for itself
    return isBack ? location.reload() : location.assign(there);
  }
  await addStyles(page);
  if (number !== moves) return;
  if (!isBack) history.pushState({}, "", there);
  shownPath = there.pathname + there.search;
  replace(page, place);
  const target = there.hash && document.getElementById(there.hash.slice(1));
  if (target) target.scrollIntoView();
  else if (!isBack) scrollTo(0, 0);
  document.querySelector("#main").focus({ preventScroll: true });
}

function replace(page, place) {
  if (onPage()) {
    onPage().choose("remix");
    inBar().exchange(onPage());
  }
  document.title = page.title;
  for (const name of page.body.getAttributeNames()) document.body.setAttribute(name, page.body.getAttribute(name));
  const nodes = [...page.body.childNodes];
  const at = nodes.indexOf(place);
  for (const old of [...document.body.childNodes]) if (old !== bar) old.remove();
  bar.before(...nodes.slice(0, at));
  bar.after(...nodes.slice(at + 1));
  load(document.querySelector("#main"));
  removeStyles(page);
  addScripts(page);
  window.htmx?.process(document.body);
  document.body.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: document.body } }));
  onPage()?.exchange(inBar());
  show();
}

// The scripts of two releases would do everything twice. Their addresses differ by a hash.
function isOfThisRelease(page) {
  const withoutHash = (address) => address.replace(/\.[0-9a-f]{12}(?=\.\w+$)/, "");
  const here = new Map([...document.scripts].map(({ src }) => [withoutHash(src), src]));
  return [...page.head.querySelectorAll("script[src]")].every(({ src }) => (here.get(withoutHash(src)) ?? src) === src);
}

const sheets = (page) => [...page.querySelectorAll('link[rel="stylesheet"]')];
const addressOf = ({ href, src }) => href ?? src;

// Resolves once they are loaded, so that no page is shown without its style.
function addStyles(page) {
  const known = new Set(sheets(document).map(addressOf));
  return Promise.all(sheets(page).filter((sheet) => !known.has(addressOf(sheet))).map((sheet) => new Promise((resolve) => {
    const added = document.importNode(sheet);
    added.onload = added.onerror = resolve;
    document.head.append(added);
  })));
}

function removeStyles(page) {
  const wanted = new Set(sheets(page).map(addressOf));
  for (const sheet of sheets(document)) if (!wanted.has(addressOf(sheet))) sheet.remove();
}

// A module runs once in a document. Those that ran before set up what is new on "htmx:load".
function addScripts(page) {
  const known = new Set([...document.scripts].map(addressOf));
  for (const { src, type } of page.head.querySelectorAll("script[src]")) {
    if (known.has(src)) continue;
    document.head.append(Object.assign(document.createElement("script"), { src, type }));
  }
}

restore();

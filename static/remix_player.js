// Plays a whole remix, compares it with the recording at the same place, and remembers where one was.
//
//     {% include "_remix_player.html" %}  and  <script type="module" src="{% static 'remix_player.js' %}">
//
//   Space plays or pauses, X compares, left and right go to the next section.
//
// In [data-hear] a form [data-heard-form] is sent while it plays, with the seconds that were heard of this file so far.
// A fan's player has data-report: half of it, or four minutes, are a listen, which is reported to this address once.
// When it begins to play, document gets the event "remix:play"; now_playing.js lets it play on in its bar.
// Players that htmx puts into the page later work too. Without this file the controls of the browser play it.

const REPORT_EVERY = 5; // s of something not heard before
const MAX_STEP = 2; // s: a larger step between two updates is a jump and not playback
const LISTEN_MS = 240_000; // a listen is half of the remix, or this much of a long one
const RESUME_WITHIN = 6 * 3_600_000; // ms: a play that was interrupted by another page goes on so long
export const players = new Set();
const reports = new WeakMap(); // of each sound that is reported

// What was heard of one sound. It stays with the sound, whichever player has it, and outlives the page.
class PlayReport {
  constructor(sound, { remixPlayer, report, ms, now }) {
    this.sound = sound;
    this.url = report;
    this.required = Math.min(Number(ms) / 2, LISTEN_MS);
    this.clockOffset = Date.parse(now) - Date.now(); // the clock of the browser may be minutes off
    this.key = `play:${remixPlayer}`;
    this.last = 0;
    const stored = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    this.play = stored?.startedAt > Date.now() + this.clockOffset - RESUME_WITHIN ? stored : null;
    sound.addEventListener("play", () => { this.begin(); });
    sound.addEventListener("seeking", () => { if (this.play) this.play.skips += 1; });
    sound.addEventListener("timeupdate", () => this.count());
    sound.addEventListener("ended", () => { this.count(); this.play = null; sessionStorage.removeItem(this.key); });
  }

  begin() { this.play ??= { startedAt: Date.now() + this.clockOffset, played: 0, skips: 0, reported: false }; }

  count() {
    const now = this.sound.currentTime * 1000;
    const step = now - this.last;
    this.last = now;
    if (!this.play || step <= 0 || step >= MAX_STEP * 1000) return;
    this.play.played += step;
    if (!this.play.reported && this.play.played >= this.required) this.send();
    sessionStorage.setItem(this.key, JSON.stringify(this.play));
  }

  async send() {
    this.play.reported = true;
    const { startedAt, played, skips } = this.play;
    const body = new URLSearchParams({ started_at: new Date(startedAt).toISOString(), played_ms: Math.round(played), skips });
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const response = await fetch(this.url, { method: "POST", body, headers }).catch(() => null);
    const { recorded, error } = (await response?.json().catch(() => null)) ?? {};
    const words = recorded ? "This counts as a listen." : "Not recorded: you are incognito.";
    const player = [...players].find(({ remix }) => remix === this.sound);
    player?.tell(response?.ok && recorded !== undefined ? words : error ?? "This play is not counted.");
  }
}

class RemixPlayer {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.remixPlayer;
    this.ms = Number(box.dataset.ms);
    this.remix = this.$('[data-part="remix"]');
    this.original = this.$('[data-part="original"]');
    this.playing = this.remix;
    this.pieces = this.all("[data-piece]").map((button) => ({ button, name: button.label ?? button.textContent, ...numbersOf(button.dataset) }));
    this.heard = new Set(JSON.parse(localStorage.getItem(`heard:${this.key}`) ?? "[]"));
    this.reported = this.heard.size;
    this.last = 0;
    this.show();
    this.listen();
    this.listenToSounds();
    const place = Number(localStorage.getItem(`place:${this.key}`));
    if (place && place < this.ms - 1000) this.seek(place);
    this.render();
  }

  $(query) { return this.box.querySelector(query); }
  all(query) { return [...this.box.querySelectorAll(query)]; }
  get sounds() { return [this.remix, this.original].filter(Boolean); }
  get form() { return this.box.closest("[data-hear]")?.querySelector("[data-heard-form]"); }

  show() {
    for (const element of this.all("[data-shown], [data-play], [data-which]")) element.hidden = false;
    for (const element of this.all("[data-fallback]")) element.hidden = true;
    for (const sound of this.sounds) sound.controls = false;
    if (this.form) this.form.hidden = true;
  }

  listen() {
    this.$("[data-play]").addEventListener("click", () => this.toggle());
    this.$("[data-seek]").addEventListener("input", ({ target }) => this.seek(Number(target.value)));
    this.$("[data-which]")?.addEventListener("change", ({ target }) => this.choose(target.value));
    for (const piece of this.pieces) piece.button.addEventListener("click", () => this.seek(piece.starts));
    for (const wave of this.all("[data-wave]")) {
      wave.addEventListener("click", ({ clientX }) => {
        const { left, width } = wave.getBoundingClientRect();
        this.seek(((clientX - left) / width) * this.ms);
      });
    }
  }

  listenToSounds() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const sound of this.sounds) {
      for (const name of ["play", "pause", "timeupdate", "seeked", "ended"]) sound.addEventListener(name, () => this.update(sound), { signal });
      sound.addEventListener("error", () => { if (sound.error) this.fail(); }, { signal });
    }
    this.remix.addEventListener("play", () => {
      this.announce();
      this.tell("");
      document.dispatchEvent(new CustomEvent("remix:play", { detail: this }));
    }, { signal });
    if (this.box.dataset.report && !reports.has(this.remix)) reports.set(this.remix, new PlayReport(this.remix, this.box.dataset));
  }

  // Swap the sound with another player of the same remix. It goes on: it never leaves the document for longer than this.
  exchange(other) {
    const [mine, theirs] = [this.remix, other.remix];
    const mark = document.createComment("");
    mine.before(mark);
    theirs.before(mine);
    mark.replaceWith(theirs);
    [this.remix, other.remix] = [theirs, mine];
    for (const player of [this, other]) {
      player.listening.abort();
      player.playing = player.remix;
      player.listenToSounds();
      player.render();
    }
  }

  fail() {
    this.tell("This cannot be played now. Try again in a while.");
    document.dispatchEvent(new CustomEvent("remix:fail", { detail: this }));
  }

  // Where one is in the remix, in ms. While the recording plays: the same place of the same section.
  get place() {
    const at = this.playing.currentTime * 1000;
    if (this.playing === this.remix) return at;
    const inside = (piece) => piece.recordedStarts <= at && at < piece.recordedEnds;
    const piece = this.piece && inside(this.piece) ? this.piece : this.pieces.find(inside);
    if (!piece) return this.lastPlace ?? 0;
    this.piece = piece;
    return piece.starts + ((at - piece.recordedStarts) / (piece.recordedEnds - piece.recordedStarts)) * (piece.ends - piece.starts);
  }

  pieceAt(ms) { return this.pieces.find(({ starts, ends }) => starts <= ms && ms < ends); }

  seek(ms) {
    const at = Math.min(Math.max(ms, 0), this.ms);
    this.piece = this.pieceAt(at);
    this.playing.currentTime = (this.playing === this.remix ? at : this.recordedPlace(at)) / 1000;
    this.lastPlace = at;
    this.render();
  }

  recordedPlace(ms) {
    const piece = this.pieceAt(ms);
    if (!piece) return 0;
    return piece.recordedStarts + ((ms - piece.starts) / (piece.ends - piece.starts)) * (piece.recordedEnds - piece.recordedStarts);
  }

  toggle() {
    if (!this.playing.paused) return this.playing.pause();
    for (const other of players) if (other !== this) other.pause();
    if (this.playing.ended) this.seek(0);
    return this.playing.play().catch(() => {});
  }

  pause() { for (const sound of this.sounds) sound.pause(); }

  choose(name) {
    const next = name === "original" ? this.original : this.remix;
    if (!next || next === this.playing) return;
    const { place } = this;
    const goesOn = !this.playing.paused;
    this.playing.pause();
    this.playing = next;
    this.seek(place);
    if (goesOn) next.play().catch(() => {});
    for (const choice of this.all("[data-which] input")) choice.checked = choice.value === name;
  }

  compare() { if (this.original) this.choose(this.playing === this.remix ? "original" : "remix"); }

  step(by) {
    const { place } = this;
    const now = this.pieces.findIndex(({ starts, ends }) => starts <= place && place < ends);
    const next = this.pieces[Math.min(Math.max((now < 0 ? this.pieces.length : now) + by, 0), this.pieces.length - 1)];
    if (next) this.seek(next.starts);
  }

  update(sound) {
    if (sound !== this.playing) return;
    const { currentTime, paused, ended } = this.remix;
    if (sound === this.remix) this.count(currentTime, paused || ended);
    this.lastPlace = this.place;
    if (ended) localStorage.removeItem(`place:${this.key}`);
    else localStorage.setItem(`place:${this.key}`, Math.round(this.lastPlace));
    this.render();
  }

  // Each second of the remix counts once, however often it is played.
  count(now, isPaused) {
    if (now > this.last && now - this.last < MAX_STEP) {
      for (let second = Math.floor(this.last); second <= now && second < Math.floor(this.ms / 1000); second += 1) this.heard.add(second);
    }
    this.last = now;
    const more = this.heard.size - this.reported;
    if (!this.form || !(isPaused ? more > 0 : more >= REPORT_EVERY)) return;
    this.reported = this.heard.size;
    localStorage.setItem(`heard:${this.key}`, JSON.stringify([...this.heard]));
    this.form.elements.seconds.value = this.heard.size;
    window.htmx?.trigger(this.form, "heard");
  }

  render() {
    const place = this.place;
    const { paused } = this.playing;
    const section = this.$("[data-section]");
    if (section) section.textContent = this.pieceAt(place) ? ` · ${this.pieceAt(place).name}` : "";
    this.$("[data-play]").setAttribute("aria-pressed", String(!paused));
    this.$('[data-when="paused"]').hidden = !paused;
    this.$('[data-when="playing"]').hidden = paused;
    this.$("[data-time]").textContent = formatSeconds(place / 1000);
    const seek = this.$("[data-seek]");
    seek.value = place;
    seek.setAttribute("aria-valuetext", `${formatSeconds(place / 1000)} of ${formatSeconds(this.ms / 1000)}`);
    for (const wave of this.all("[data-wave]")) {
      const { width, height } = wave.viewBox.baseVal;
      wave.querySelector("[data-head]").setAttribute("d", `M${((place / this.ms) * width).toFixed(1)} 20V${height}`);
    }
    for (const { button, starts, ends } of this.pieces) {
      if (starts <= place && place < ends) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  // The keys of a headset and the lock screen of a phone.
  announce() {
    if (!("mediaSession" in navigator)) return;
    const { title, artist, artwork } = this.box.dataset;
    const pictures = artwork ? [{ src: artwork, sizes: "960x960", type: "image/webp" }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title: `${title} (remix)`, artist, artwork: pictures });
    const handlers = {
      play: () => this.toggle(),
      pause: () => this.pause(),
      previoustrack: () => this.step(-1),
      nexttrack: () => this.step(1),
      seekto: ({ seekTime }) => this.seek(seekTime * 1000),
    };
    for (const [name, act] of Object.entries(handlers)) navigator.mediaSession.setActionHandler(name, act);
  }

  tell(words) { this.$("[data-told]").textContent = words; }
}

function numbersOf({ starts, ends, recordedStarts, recordedEnds }) {
  return { starts: Number(starts), ends: Number(ends), recordedStarts: Number(recordedStarts), recordedEnds: Number(recordedEnds) };
}

function formatSeconds(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

document.addEventListener("keydown", (event) => {
  const player = [...players].find(({ box }) => !box.closest("[data-now-playing]")); // the bar is for its own buttons
  const { altKey, ctrlKey, metaKey, target } = event;
  if (!player || altKey || ctrlKey || metaKey || target.closest?.("input:not([type=radio]), select, textarea, summary, audio")) return;
  if (event.key === " " && target.closest?.("button, a, input")) return;
  if (event.key.startsWith("Arrow") && target.matches?.("input")) return;
  const actions = { " ": () => player.toggle(), x: () => player.compare(), ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1) };
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

export function setUp(root) {
  for (const player of players) {
    if (player.box.isConnected) continue;
    player.pause(); // a sound that left the page would play on
    players.delete(player);
  }
  for (const box of root.querySelectorAll("[data-remix-player]:not([data-ready])")) {
    box.dataset.ready = "";
    players.add(new RemixPlayer(box));
  }
}

setUp(document);
document.addEventListener("htmx:load", ({ detail }) => setUp(detail.elt.parentElement ?? document));

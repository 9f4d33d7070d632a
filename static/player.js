// Play: the house's own player. One sound at a time; what was heard of it is told once half of it was, or four minutes.
//
//     {% include "fans/_player.html" with recording=recording %}  and  <script type="module" src="{% static 'player.js' %}">
//
// Once it counts, [data-when-played] is shown, and body hears "played" a few times: parts that say how often fetch it again.
//
// Without this file the browser's own controls play, and nothing is told. Works on players that htmx brings later, too.

const ENOUGH = 240_000; // ms: a listen is half of it, or four minutes
const STEP = 2_000; // ms: more than that between two looks was a jump, not music
const UNTIL_IT_IS = [300, 1_500, 6_000]; // ms: it is taken at once, and counted a moment later
const players = new Set();

class Player {
  constructor(box) {
    this.box = box;
    this.audio = box.querySelector("audio");
    this.length = Number(box.dataset.ms);
    this.ahead = Date.parse(box.dataset.now) - Date.now(); // a browser's clock may be minutes off
    this.audio.controls = false;
    box.querySelector("[data-controls]").hidden = false;
    this.begin();
    this.hear();
  }

  $(query) {
    return this.box.querySelector(query);
  }

  begin() {
    this.started = null;
    this.played = this.skips = this.last = 0;
    this.counted = false;
  }

  hear() {
    const { audio } = this;
    this.$("[data-play]").addEventListener("click", () => (audio.paused ? this.play() : audio.pause()));
    this.$("[data-seek]").addEventListener("input", ({ target }) => { audio.currentTime = target.value / 1000; });
    audio.addEventListener("play", () => this.show());
    audio.addEventListener("pause", () => this.show());
    audio.addEventListener("seeking", () => { if (this.started) this.skips += 1; });
    audio.addEventListener("timeupdate", () => this.look());
    audio.addEventListener("ended", () => { this.look(); this.begin(); this.show(); });
    audio.addEventListener("error", () => { if (audio.error) this.tell("This cannot be played now. Try again in a while."); });
  }

  async play() {
    for (const other of players) {
      if (!other.box.isConnected) players.delete(other);
      if (other !== this) other.audio.pause();
    }
    if (this.audio.ended) this.audio.currentTime = 0;
    this.started ??= new Date(Date.now() + this.ahead);
    await this.audio.play().catch(() => {});
  }

  look() {
    const at = this.audio.currentTime * 1000;
    const step = at - this.last;
    if (step > 0 && step < STEP) this.played += step;
    this.last = at;
    if (this.started && !this.counted && this.played >= Math.min(this.length / 2, ENOUGH)) this.report();
    this.show();
  }

  async report() {
    this.counted = true;
    const said = new URLSearchParams({
      recording: this.box.dataset.recording,
      started_at: this.started.toISOString(),
      played_ms: Math.round(this.played),
      skips: this.skips,
    });
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const answer = await fetch(this.box.dataset.report, { method: "POST", body: said, headers }).catch(() => null);
    if (!answer) return this.tell("You are offline: this play is not counted.");
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) return this.tell(told.error ?? "This play is not counted.");
    this.tell(told.recorded ? "This counts as a listen." : "Not recorded: you are incognito.");
    if (told.recorded) counted();
  }

  show() {
    const { paused, currentTime } = this.audio;
    this.$("[data-play]").setAttribute("aria-pressed", String(!paused));
    this.$('[data-when="paused"]').hidden = !paused;
    this.$('[data-when="playing"]').hidden = paused;
    const seek = this.$("[data-seek]");
    seek.value = currentTime * 1000;
    seek.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(this.length / 1000)}`);
    this.$("[data-time]").textContent = `${clock(currentTime)} / ${clock(this.length / 1000)}`;
  }

  tell(words) {
    this.$("[data-told]").textContent = words;
  }
}

function counted() {
  for (const part of document.querySelectorAll("[data-when-played]")) part.hidden = false;
  for (const later of UNTIL_IT_IS) setTimeout(() => document.body.dispatchEvent(new CustomEvent("played")), later);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function find(root) {
  for (const box of root.querySelectorAll("[data-player]:not([data-ready])")) {
    box.dataset.ready = "";
    const player = new Player(box);
    players.add(player);
    player.show();
  }
}

find(document);
document.addEventListener("htmx:load", ({ detail }) => find(detail.elt.parentElement ?? document));

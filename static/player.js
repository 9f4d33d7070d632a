// Our audio player. One recording plays at a time. Half of it, or four minutes, count as a listen, which is reported once.
//
//     {% include "fans/_player.html" with recording=recording %}  and  <script type="module" src="{% static 'player.js' %}">
//
// After a listen, elements with [data-when-played] are shown, and body gets the event "played" several times, so that
// counts on the page can be fetched again. Players that htmx adds later work too.
// Without this file the controls of the browser play the recording, and no listen is reported.

const MAX_REQUIRED = 240_000; // ms: a listen is half of the recording, or this much of a long one
const MAX_STEP = 2_000; // ms: a larger step between two updates is a jump and not playback
const EVENT_DELAYS = [300, 1_500, 6_000]; // ms: the server accepts a listen at once and counts it a little later
const players = new Set();

class Player {
  constructor(box) {
    this.box = box;
    this.audio = box.querySelector("audio");
    this.duration = Number(box.dataset.ms);
    this.clockOffset = Date.parse(box.dataset.now) - Date.now(); // the clock of the browser may be minutes off
    this.audio.controls = false;
    box.querySelector("[data-controls]").hidden = false;
    this.reset();
    this.addListeners();
  }

  $(selector) {
    return this.box.querySelector(selector);
  }

  reset() {
    this.startedAt = null;
    this.played = this.skips = this.lastPosition = 0; // played and lastPosition in ms
    this.reported = false;
  }

  addListeners() {
    const { audio } = this;
    this.$("[data-play]").addEventListener("click", () => (audio.paused ? this.play() : audio.pause()));
    this.$("[data-seek]").addEventListener("input", ({ target }) => { audio.currentTime = target.value / 1000; });
    audio.addEventListener("play", () => this.render());
    audio.addEventListener("pause", () => this.render());
    audio.addEventListener("seeking", () => { if (this.startedAt) this.skips += 1; });
    audio.addEventListener("timeupdate", () => this.update());
    audio.addEventListener("ended", () => { this.update(); this.reset(); this.render(); });
    audio.addEventListener("error", () => { if (audio.error) this.showStatus("This cannot be played now. Try again in a while."); });
  }

  async play() {
    for (const other of players) {
      if (!other.box.isConnected) players.delete(other);
      if (other !== this) other.audio.pause();
    }
    if (this.audio.ended) this.audio.currentTime = 0;
    this.startedAt ??= new Date(Date.now() + this.clockOffset);
    await this.audio.play().catch(() => {});
  }

  update() {
    const position = this.audio.currentTime * 1000;
    const step = position - this.lastPosition;
    if (step > 0 && step < MAX_STEP) this.played += step;
    this.lastPosition = position;
    const required = Math.min(this.duration / 2, MAX_REQUIRED);
    if (this.startedAt && !this.reported && this.played >= required) this.report();
    this.render();
  }

  async report() {
    this.reported = true;
    const body = new URLSearchParams({
      recording: this.box.dataset.recording,
      started_at: this.startedAt.toISOString(),
      played_ms: Math.round(this.played),
      skips: this.skips,
    });
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const response = await fetch(this.box.dataset.report, { method: "POST", body, headers }).catch(() => null);
    if (!response) return this.showStatus("You are offline: this play is not counted.");
    const { recorded, error } = await response.json().catch(() => ({}));
    if (!response.ok) return this.showStatus(error ?? "This play is not counted.");
    this.showStatus(recorded ? "This counts as a listen." : "Not recorded: you are incognito.");
    if (recorded) announceListen();
  }

  render() {
    const { paused, currentTime } = this.audio;
    this.$("[data-play]").setAttribute("aria-pressed", String(!paused));
    this.$('[data-when="paused"]').hidden = !paused;
    this.$('[data-when="playing"]').hidden = paused;
    const seek = this.$("[data-seek]");
    seek.value = currentTime * 1000;
    seek.setAttribute("aria-valuetext", `${formatSeconds(currentTime)} of ${formatSeconds(this.duration / 1000)}`);
    this.$("[data-time]").textContent = `${formatSeconds(currentTime)} / ${formatSeconds(this.duration / 1000)}`;
  }

  showStatus(text) {
    this.$("[data-told]").textContent = text;
  }
}

function announceListen() {
  for (const element of document.querySelectorAll("[data-when-played]")) element.hidden = false;
  for (const delay of EVENT_DELAYS) setTimeout(() => document.body.dispatchEvent(new CustomEvent("played")), delay);
}

function formatSeconds(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function addPlayers(root) {
  for (const box of root.querySelectorAll("[data-player]:not([data-ready])")) {
    box.dataset.ready = "";
    const player = new Player(box);
    players.add(player);
    player.render();
  }
}

addPlayers(document);
document.addEventListener("htmx:load", ({ detail }) => addPlayers(detail.elt.parentElement ?? document));

// Plays one file of a song's stems with a click on every beat, and puts sections where it plays.
//
//     [data-stem-player][data-bpm][data-first][data-count]   tempo, first beat in seconds, beats in a bar, as they were saved
//     [data-set="id"][data-value]                            a button that types the value into the field of that id
//     #outline [data-section], [data-cut]                    rows whose first empty one S and N fill in
//
// Keys: Space plays, S says that a section begins at this bar, N that this bar is never cut.
// Without this file the controls of the browser play the first file, and everything is typed.

const box = document.querySelector("[data-stem-player]");
const audio = box?.querySelector("audio");
const LOOK_AHEAD = 0.2; // s: clicks are planned so far ahead, so that a busy page does not delay them
let context, timer, planned = -1;

for (const button of document.querySelectorAll("[data-set]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.set);
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// What is typed counts at once, before it is saved.
const typed = (name, fallback) => Number(document.getElementById(`id_${name}`)?.value) || Number(fallback);
const beat = () => 60 / typed("bpm", box.dataset.bpm);
const first = () => typed("first_beat", box.dataset.first);
const count = () => typed("beats_per_bar", box.dataset.count);
const bar = () => Math.max(Math.floor((audio.currentTime - first()) / (beat() * count()) + 0.001) + 1, 1);

function click(at, isFirst) {
  const tone = context.createOscillator();
  const level = context.createGain();
  tone.frequency.value = isFirst ? 1760 : 1175;
  level.gain.setValueAtTime(isFirst ? 0.6 : 0.3, at);
  level.gain.exponentialRampToValueAtTime(0.001, at + 0.05);
  tone.connect(level).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.06);
}

function planClicks() {
  const now = audio.currentTime;
  const next = Math.max(Math.ceil((now - first()) / beat()), 0);
  for (let number = Math.max(next, planned + 1); first() + number * beat() < now + LOOK_AHEAD; number += 1) {
    click(context.currentTime + first() + number * beat() - now, number % count() === 0);
    planned = number;
  }
}

function startClicks() {
  clearInterval(timer);
  planned = -1;
  if (audio.paused || !box.querySelector("[data-click]").checked) return;
  context ??= new AudioContext();
  timer = setInterval(planClicks, 50);
}

function firstEmpty(selector) {
  return [...document.querySelectorAll(`#outline ${selector}`)].find((row) => !row.querySelector("input").value);
}

function say(words) {
  box.querySelector("[data-player-status]").textContent = words;
}

function fill(selector, words) {
  const row = firstEmpty(selector);
  if (!row) return say("Save first: then there are empty lines again.");
  const fields = row.querySelectorAll("input");
  fields[0].value = bar();
  if (selector === "[data-cut]") fields[1].value = bar();
  say(`${words} ${bar()}. Look at it below, and save.`);
}

function onKey(event) {
  if (event.target.closest("input, select, textarea, button, a, audio, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === " ") {
    event.preventDefault();
    audio.paused ? audio.play() : audio.pause();
  } else if (key === "s") fill("[data-section]", "A section begins at bar");
  else if (key === "n") fill("[data-cut]", "Never cut: bar");
}

if (box) {
  const which = box.querySelector("[data-which]");
  for (const element of [which, box.querySelector("[data-click-label]"), box.querySelector("[data-keys]")]) element.hidden = false;
  which.addEventListener("change", () => {
    const at = audio.currentTime, wasPlaying = !audio.paused;
    audio.src = which.value;
    audio.currentTime = at;
    if (wasPlaying) audio.play();
  });
  for (const name of ["play", "pause", "seeked", "ended", "ratechange"]) audio.addEventListener(name, startClicks);
  box.querySelector("[data-click]").addEventListener("change", startClicks);
  audio.addEventListener("error", () => { if (audio.error) say("This cannot be played now. Try again in a while."); });
  document.addEventListener("keydown", onKey);
  for (const wave of document.querySelectorAll("[data-wave]")) {
    wave.addEventListener("click", ({ clientX }) => {
      const { left, width } = wave.getBoundingClientRect();
      if (audio.duration) audio.currentTime = ((clientX - left) / width) * audio.duration;
      else audio.play();
    });
  }
}

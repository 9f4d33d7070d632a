// The remix desk: send a change once the hand rests, play and compare with the keyboard. Without this file each button sends the form.
//
//   Space plays or pauses, X compares with the recording at the same place, Z undoes, left and right go to the next piece.

const desk = () => document.querySelector("[data-desk]");
const part = (name) => desk()?.querySelector(`[data-part="${name}"] audio`);
let heard = "yours";

function audible() {
  return part(heard) ?? part("yours");
}

function togglePlay() {
  const audio = audible();
  if (!audio) return;
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
}

function compare() {
  const from = audible();
  const name = heard === "yours" ? "original" : "yours";
  const to = part(name);
  if (!from || !to) return;
  to.currentTime = Math.min(from.currentTime, to.duration || 0);
  if (!from.paused) to.play().catch(() => {});
  from.pause();
  heard = name;
}

function nextPiece(step) {
  const pieces = [...desk().querySelectorAll('input[name="hear"]:not(:disabled)')];
  const place = pieces.findIndex((piece) => piece.checked);
  const next = pieces[(place + step + pieces.length) % pieces.length];
  if (next) next.click();
}

function isTyping({ target, altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey || target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, button, audio");
}

document.addEventListener("keydown", (event) => {
  if (!desk() || isTyping(event)) return;
  const actions = {
    " ": togglePlay,
    x: compare,
    z: () => desk().querySelector("[data-undo]")?.click(),
    ArrowRight: () => nextPiece(1),
    ArrowLeft: () => nextPiece(-1),
  };
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (event.key.startsWith("Arrow") && event.target.matches?.("input"))) return;
  event.preventDefault();
  act();
});

// A typed wish is sent by its own button or Enter, and not as a change of a control.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-own-change]")) event.stopPropagation();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-own-change]")) {
    event.preventDefault();
    desk().querySelector("[data-wish]").click();
  }
});

// One of the two plays at a time, and what was asked for last begins by itself.
document.addEventListener("play", (event) => {
  for (const audio of desk()?.querySelectorAll("audio") ?? []) if (audio !== event.target) audio.pause();
  heard = event.target.closest("[data-part]")?.dataset.part ?? heard;
}, { capture: true });

document.addEventListener("htmx:afterSwap", ({ target }) => {
  const audio = target.closest?.('[data-part="yours"]')?.querySelector("audio");
  if (audio) audio.play().catch(() => {});
});

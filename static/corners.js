// Plays the corners of an envelope, one at a time, and notes one that was heard to its end.
//
//     {% include "studio/_corner.html" %}  and  <script type="module" src="{% static 'corners.js' %}">
//
// Corners that htmx puts into the page later work too: events are heard at the document.
// Without this file the controls of the browser play them, and a button notes what was heard.

const boxOf = (element) => element.closest("[data-corner]");

const setUp = (root) => {
  for (const box of root.querySelectorAll("[data-corner]")) {
    const button = box.querySelector("[data-play]");
    if (!button) continue;
    box.querySelector("audio").controls = false;
    button.hidden = false;
    const form = box.querySelector("[data-heard-form]");
    if (form) form.hidden = true;
  }
};

const showState = ({ target }) => {
  const box = target instanceof HTMLAudioElement && boxOf(target);
  if (!box) return;
  box.querySelector("[data-play]").setAttribute("aria-pressed", String(!target.paused));
  if (target.paused) return;
  for (const other of document.querySelectorAll("[data-corner] audio")) if (other !== target) other.pause();
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-corner] [data-play]");
  if (!button) return;
  const audio = boxOf(button).querySelector("audio");
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
});
for (const name of ["play", "pause"]) document.addEventListener(name, showState, true);
document.addEventListener("ended", ({ target }) => {
  boxOf(target)?.querySelector("[data-heard-form]")?.requestSubmit();
}, true);
document.addEventListener("htmx:load", ({ target }) => setUp(target.parentElement ?? document));
setUp(document);

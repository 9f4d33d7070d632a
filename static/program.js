// Program: what the editor does beyond its form. The server draws every shape and names what is wrong (hx-post); here
// a field is marked where something is said about it, and the number is asked for only where it is wanted.

const $ = (query) => document.querySelector(query);

function mark() {
  for (const why of document.querySelectorAll("[data-why]")) {
    const wrong = why.textContent.trim() !== "";
    for (const field of document.querySelectorAll(`[aria-describedby="${why.id}"]`)) {
      if (wrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

function other() {
  const asked = $("[data-other]");
  if (asked) asked.hidden = $('[name="times"]').value !== "other";
}

// The direction of what one types follows the language at once.
function direction() {
  const locale = $('[name="locale"]').value;
  const way = ["ar", "fa", "he", "ur"].includes(locale) ? "rtl" : "ltr";
  for (const field of document.querySelectorAll('[name="template"], [name="sentences"]')) {
    field.lang = locale;
    field.dir = way;
  }
}

document.addEventListener("htmx:afterSettle", mark);
document.addEventListener("input", ({ target }) => {
  if (target.name === "times") other();
  if (target.name === "locale") direction();
});

// A row more or less changes what the words can look like.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "rows") $("#program-form").dispatchEvent(new Event("input"));
});

// Leaving with something unsaved asks first.
const form = $("#program-form");
let saved = form && new URLSearchParams(new FormData(form)).toString();
form?.addEventListener("submit", () => { saved = undefined; });
addEventListener("beforeunload", (event) => {
  if (form && saved !== undefined && new URLSearchParams(new FormData(form)).toString() !== saved) event.preventDefault();
});

mark();
other();

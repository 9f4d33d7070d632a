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

// What is typed and not saved: leaving asks first, and nobody signs past it. It survives a sign-in, in this tab.
const form = $("#program-form");
const note = $("#unsaved"), sign = $("[data-sign]");
let saved = form?.dataset.unsaved === undefined ? typed() : undefined;
let leaving = false;

function typed() {
  const fields = form ? new FormData(form) : new FormData();
  fields.delete("csrfmiddlewaretoken");
  return new URLSearchParams(fields).toString();
}

function tell() {
  const unsaved = typed() !== saved;
  if (sign) sign.disabled = unsaved;
  if (note) note.textContent = unsaved ? "Unsaved changes: save them first. What is signed is what is saved." : "";
  if (unsaved) sessionStorage.setItem(form.dataset.keep, typed());
  else sessionStorage.removeItem(form.dataset.keep);
}

// The rows come from the server, as many as were typed; the choices are put back here.
function restore() {
  const kept = sessionStorage.getItem(form.dataset.keep);
  if (!kept || kept === typed()) return;
  const fields = new URLSearchParams(kept);
  const values = { do: "look" };
  for (const name of new Set(fields.keys())) {
    values[name] = fields.getAll(name);
    if (form.elements[name]?.matches?.("select, #number")) form.elements[name].value = fields.get(name);
  }
  $("#restored-note").hidden = false;
  window.htmx.ajax("POST", form.action, { target: "#wording-fields", swap: "outerHTML", values });
}

form?.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
form?.addEventListener("input", tell);
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => { leaving ||= detail.xhr.getResponseHeader("HX-Redirect") !== null; });
$("[data-forget]")?.addEventListener("click", () => {
  sessionStorage.removeItem(form.dataset.keep);
  leaving = true;
  location.reload();
});
addEventListener("beforeunload", (event) => { if (form && !leaving && typed() !== saved) event.preventDefault(); });

if (form) {
  restore();
  other();
  if (saved === undefined) tell();
}
mark();

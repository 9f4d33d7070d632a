// The program page. The server renders previews and errors of what is typed (hx-post). This script marks invalid fields,
// shows the number field when it is needed, and keeps unsaved text.
//
//     [data-error-for]        the error of a field; the fields that it describes are marked while it has text
//     [data-other-number]     shown while "another number of times" is chosen
//     [data-sign-button]      disabled while something is not saved
//     form[data-storage-key]  unsaved text survives a sign-in in this tab, under this key of the session storage
//     form[data-unsaved]      the server rendered something that is not saved
//     [data-discard]          forgets the unsaved text

const $ = (query) => document.querySelector(query);

function markInvalidFields() {
  for (const error of document.querySelectorAll("[data-error-for]")) {
    const invalid = error.textContent.trim() !== "";
    for (const field of document.querySelectorAll(`[aria-describedby="${error.id}"]`)) {
      if (invalid) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

function toggleOtherNumber() {
  const numberField = $("[data-other-number]");
  if (numberField) numberField.hidden = $('[name="times"]').value !== "other";
}

// The sentence says the number while it is being typed.
function updateOtherNumber() {
  const number = $('[name="number"]').value.trim();
  $('[name="times"] [value="other"]').textContent = number ? `${number} time${number === "1" ? "" : "s"}` : "another number of times";
}

function applyTextDirection() {
  const language = $('[name="locale"]');
  const textDirection = language.selectedOptions[0].dataset.direction;
  for (const field of document.querySelectorAll('[name="template"], [name="sentences"]')) {
    field.lang = language.value;
    field.dir = textDirection;
  }
}

document.addEventListener("htmx:afterSettle", () => {
  markInvalidFields();
  if (form) updateUnsavedState(); // the part with the button to sign may be new
});
document.addEventListener("input", ({ target }) => {
  if (target.name === "times") toggleOtherNumber();
  if (target.name === "number") updateOtherNumber();
  if (target.name === "locale") applyTextDirection();
});

// Adding or removing a row changes the previews.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "wording-fields") $("#program-form").dispatchEvent(new Event("input"));
});

// Unsaved text: leaving the page asks first, and it cannot be signed.
const form = $("#program-form");
let savedState = form?.dataset.unsaved === undefined ? serializeForm() : undefined;
let leaving = false;

function serializeForm() {
  const fields = form ? new FormData(form) : new FormData();
  fields.delete("csrfmiddlewaretoken");
  return new URLSearchParams(fields).toString();
}

function updateUnsavedState() {
  const unsaved = serializeForm() !== savedState;
  const unsavedNote = $("#unsaved"), signButton = $("[data-sign-button]");
  if (signButton) signButton.disabled = unsaved;
  const note = unsaved ? "You have unsaved changes. Save them before you sign." : "";
  if (unsavedNote && unsavedNote.textContent !== note) unsavedNote.textContent = note;
  if (leaving) return; // an answer that comes late stores nothing again
  if (unsaved) sessionStorage.setItem(form.dataset.storageKey, serializeForm());
  else sessionStorage.removeItem(form.dataset.storageKey);
}

// The server renders as many rows as were typed. The choices are restored here.
function restoreTyped() {
  const stored = sessionStorage.getItem(form.dataset.storageKey);
  if (!stored || stored === serializeForm()) return;
  const fields = new URLSearchParams(stored);
  const values = { do: "look" };
  for (const name of new Set(fields.keys())) {
    values[name] = fields.getAll(name);
    if (form.elements[name]?.matches?.("select, #number")) form.elements[name].value = fields.get(name);
  }
  $("#restored-note").hidden = false;
  if ($("#wording-fields")) window.htmx.ajax("POST", form.action, { target: "#wording-fields", swap: "outerHTML", values });
  else updateUnsavedState();
}

form?.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
form?.addEventListener("input", updateUnsavedState);
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => { leaving ||= detail.xhr.getResponseHeader("HX-Redirect") !== null; });
$("[data-discard]")?.addEventListener("click", () => {
  sessionStorage.removeItem(form.dataset.storageKey);
  leaving = true;
  location.reload();
});
addEventListener("beforeunload", (event) => { if (form && !leaving && serializeForm() !== savedState) event.preventDefault(); });

if (form) {
  if (savedState !== undefined) restoreTyped(); // what the server renders unsaved is newer than what was stored
  toggleOtherNumber();
  updateOtherNumber();
  if (savedState === undefined) updateUnsavedState();
}
markInvalidFields();

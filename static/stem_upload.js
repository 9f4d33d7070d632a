// Sends the files of stems in parts, by the protocol tus 1.0, and goes on where a lost connection or a closed page stopped.
//
//     [data-drop][data-announce]   takes files that are chosen or dropped; data-announce is the address that they are announced at
//     li[data-upload]              a file in the list, by its address. Its [data-progress], <progress>, [data-pause] and [data-go-on]
//     select[name=role]            saves the role as soon as it is chosen
//
// Without this file nothing can be sent; roles have a button.

const PART = 4 * 1024 * 1024;
const PAUSES = [1_000, 2_000, 5_000, 15_000]; // ms between attempts without a connection
const LEAVE_ALONE = new Set([400, 403, 404, 413, 415, 422]); // trying again would change nothing
const drop = document.querySelector("[data-drop]");
const uploads = new Map(); // address -> Upload
const queue = [];
let sending = false;

class Refused extends Error {}

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

async function ask(method, address, headers = {}, body = undefined, signal = undefined) {
  const response = await fetch(address, {
    method, body, signal, redirect: "error", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token(), ...headers },
  });
  if (LEAVE_ALONE.has(response.status)) throw new Refused(await response.text());
  if (!response.ok && response.status !== 409) throw new Error(`status ${response.status}`);
  return response;
}

const base64 = (bytes) => btoa(String.fromCodePoint(...new Uint8Array(bytes)));

class Upload {
  constructor(file, address) {
    Object.assign(this, { file, address, offset: 0, isPaused: false, abort: null });
    uploads.set(address, this);
  }

  get row() {
    return document.querySelector(`[data-upload="${CSS.escape(this.address)}"]`);
  }

  async run() {
    for (let attempt = 0; !this.isPaused;) {
      try {
        if (attempt || !this.offset) this.offset = Number((await ask("HEAD", this.address)).headers.get("Upload-Offset"));
        while (this.offset < this.file.size && !this.isPaused) {
          await this.sendPart();
          attempt = 0;
        }
        return;
      } catch (error) {
        if (error instanceof Refused) { this.show("Stopped", error.message); return; }
        if (this.isPaused) break;
        this.show(`Waiting at ${this.percent} %`, "The connection went. It goes on by itself.");
        await rest(PAUSES[Math.min(attempt++, PAUSES.length - 1)]);
      }
    }
    this.show(`Paused at ${this.percent} %`, "");
  }

  async sendPart() {
    const part = await this.file.slice(this.offset, this.offset + PART).arrayBuffer();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    if (crypto.subtle) headers["Upload-Checksum"] = `sha256 ${base64(await crypto.subtle.digest("SHA-256", part))}`;
    this.abort = new AbortController();
    const response = await ask("PATCH", this.address, headers, part, this.abort.signal);
    this.offset = Number(response.headers.get("Upload-Offset"));
    this.show(`${this.percent} %`, `${megabytes(this.offset)} of ${megabytes(this.file.size)} MB. You can go on later: choose the same file again.`);
  }

  get percent() {
    return Math.floor((this.offset * 100) / this.file.size);
  }

  show(strong, quiet) {
    const { row } = this;
    const text = row?.querySelector("[data-progress]");
    if (!text) return;
    row.querySelector("progress").value = this.percent;
    text.querySelector("strong").textContent = `${strong}.`;
    text.querySelector(".quiet").textContent = quiet;
    row.querySelector("[data-pause]").hidden = this.isPaused;
    row.querySelector("[data-go-on]").hidden = !this.isPaused;
  }
}

const megabytes = (bytes) => (bytes / 1024 ** 2).toFixed(0);

// Until the time is over, or the browser says that it is online again.
function rest(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    addEventListener("online", resolve, { once: true });
  });
}

function say(words) {
  const status = document.querySelector("[data-upload-status]");
  if (status) status.textContent = words;
}

const refreshList = () => window.htmx?.ajax("GET", drop.dataset.announce, { target: "#files", swap: "outerHTML" });

async function announce(file) {
  const known = [...document.querySelectorAll('[data-upload][data-state="sending"]')].find(
    ({ dataset }) => dataset.name === file.name && Number(dataset.size) === file.size,
  );
  if (known) return known.dataset.upload;
  const name = base64(new TextEncoder().encode(file.name));
  const response = await ask("POST", drop.dataset.announce, { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` });
  return new URL(response.headers.get("Location"), location.href).pathname;
}

async function take(files) {
  say("");
  for (const file of files) {
    try {
      const address = await announce(file);
      if (uploads.get(address)?.isPaused === false) continue;
      queue.push(new Upload(file, address));
    } catch (error) {
      say(`${file.name}: ${error instanceof Refused ? error.message : "We could not reach Fanfare. Choose it again when you are online."}`);
    }
  }
  await refreshList();
  await sendAll();
}

// One after the other, so that the first is whole soon.
async function sendAll() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const upload = queue.shift();
    await upload.run();
    if (!upload.isPaused) uploads.delete(upload.address);
    await refreshList();
  }
  sending = false;
}

drop?.querySelector("[data-choose]").addEventListener("change", ({ target }) => {
  take([...target.files]);
  target.value = ""; // the same file may be chosen again
});
drop?.addEventListener("dragover", (event) => event.preventDefault());
drop?.addEventListener("drop", (event) => {
  event.preventDefault();
  take([...event.dataTransfer.files]);
});

document.addEventListener("click", ({ target }) => {
  const upload = uploads.get(target.closest("[data-upload]")?.dataset.upload);
  if (!upload) return;
  if (target.closest("[data-pause]")) {
    upload.isPaused = true;
    upload.abort?.abort();
  } else if (target.closest("[data-go-on]")) {
    upload.isPaused = false;
    queue.push(upload);
    sendAll();
  } else if (target.closest("[value=remove]")) {
    upload.isPaused = true;
    upload.abort?.abort();
    uploads.delete(upload.address);
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.matches(".role-form select")) target.form.requestSubmit();
});
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

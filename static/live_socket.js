// Hear: this page's socket. A notice is a hint; whoever cares fetches what it names over HTTP.
//
//     <meta name="live-after" content="41">          the newest notice when the page was made: nothing falls between
//     <script type="module" src="/static/live.js"></script>
//     document.addEventListener("live:notice", ({ detail }) => …)   // { sequence, kind, reference }
//
// Also "live:resync" (much came at once: look at everything again), "live:up", "live:down" (detail: ms until the next
// try) and "live:signed-out". Needs nothing else; static/app.js turns these into what people see.

const SIGNED_OUT = 4401, TOO_MANY = 4429;
const SHORTEST = 500, LONGEST = 30_000; // ms between two tries
const SILENCE = 60_000; // ms without a heartbeat after which the line counts as dead

const known = Number.parseInt(document.querySelector('meta[name="live-after"]')?.content, 10);
let last = Number.isNaN(known) ? null : known;
let pause = SHORTEST;
let socket, alarm, retry;

function tell(what, detail) {
  document.dispatchEvent(new CustomEvent(`live:${what}`, { detail }));
}

function listen() {
  clearTimeout(alarm);
  alarm = setTimeout(() => again(socket), SILENCE);
}

function open() {
  clearTimeout(retry);
  const address = new URL("/live/", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (last !== null) address.searchParams.set("after", last);
  const own = socket = new WebSocket(address);
  own.onmessage = ({ data }) => { if (own === socket) hear(JSON.parse(data)); };
  own.onclose = ({ code }) => { if (own === socket) closed(code); };
  listen();
}

function hear(message) {
  listen();
  pause = SHORTEST;
  if (message.type === "hello") {
    // A number beyond the newest is another person's: somebody else has signed in here.
    last = Math.min(last ?? message.newest, message.newest);
    tell("up");
  } else if (message.type === "notice") {
    if (message.sequence <= last) return;
    last = message.sequence;
    tell("notice", { sequence: message.sequence, kind: message.kind, reference: message.reference });
  } else if (message.type === "resync") {
    tell("resync");
  }
}

function closed(code) {
  if (code === SIGNED_OUT) {
    clearTimeout(alarm);
    tell("signed-out");
    return;
  }
  if (code === TOO_MANY) pause = LONGEST;
  again(socket);
}

// Leave this socket and try anew; not all pages at the same moment.
function again(left) {
  clearTimeout(alarm);
  clearTimeout(retry);
  socket = null;
  left?.close();
  const wait = pause * (0.5 + Math.random());
  retry = setTimeout(open, wait);
  pause = Math.min(pause * 2, LONGEST);
  tell("down", wait);
}

// The network is back or gone, a page out of the back-forward cache, a machine that slept: do not wait for the alarm.
addEventListener("online", () => { pause = SHORTEST; if (!socket) open(); });
addEventListener("offline", () => { if (socket) again(socket); });
addEventListener("pageshow", ({ persisted }) => { if (persisted) again(socket); });

open();

// The WebSocket of a page. A notice says only what changed; the page fetches the change over HTTP.
//
//     <meta name="live-after" content="41">          the last notice before the page was rendered, so that none is missed
//     <script type="module" src="/static/live_socket.js"></script>
//     document.addEventListener("live:notice", ({ detail }) => …)   // { sequence, kind, reference }
//
// Further events: "live:resync" (notices were missed: fetch everything again), "live:up", "live:down" (detail: ms until
// the next attempt) and "live:signed-out". static/app.js shows them to people.

const CLOSE_SIGNED_OUT = 4401, CLOSE_TOO_MANY_SOCKETS = 4429;
const MIN_RETRY_DELAY = 500, MAX_RETRY_DELAY = 30_000; // ms
const HEARTBEAT_TIMEOUT = 60_000; // ms without a message after which the connection counts as lost

const renderedAfter = Number.parseInt(document.querySelector('meta[name="live-after"]')?.content, 10);
let lastSequence = Number.isNaN(renderedAfter) ? null : renderedAfter;
let retryDelay = MIN_RETRY_DELAY;
let socket, heartbeatTimer, retryTimer;

function dispatch(name, detail) {
  document.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
}

function restartHeartbeatTimer() {
  clearTimeout(heartbeatTimer);
  heartbeatTimer = setTimeout(reconnect, HEARTBEAT_TIMEOUT);
}

function connect() {
  clearTimeout(retryTimer);
  const url = new URL("/live/", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (lastSequence !== null) url.searchParams.set("after", lastSequence);
  const opened = socket = new WebSocket(url);
  opened.onmessage = ({ data }) => { if (opened === socket) handleMessage(JSON.parse(data)); };
  opened.onclose = ({ code }) => { if (opened === socket) handleClose(code); };
  restartHeartbeatTimer();
}

function handleMessage(message) {
  restartHeartbeatTimer();
  retryDelay = MIN_RETRY_DELAY;
  if (message.type === "hello") {
    // The page's number is above the newest one if another person has signed in meanwhile: then the newest one counts.
    lastSequence = Math.min(lastSequence ?? message.newest, message.newest);
    dispatch("up");
  } else if (message.type === "notice") {
    if (message.sequence <= lastSequence) return;
    lastSequence = message.sequence;
    dispatch("notice", { sequence: message.sequence, kind: message.kind, reference: message.reference });
  } else if (message.type === "resync") {
    dispatch("resync");
  }
}

function handleClose(code) {
  if (code === CLOSE_SIGNED_OUT) {
    clearTimeout(heartbeatTimer);
    dispatch("signed-out");
    return;
  }
  if (code === CLOSE_TOO_MANY_SOCKETS) retryDelay = MAX_RETRY_DELAY;
  reconnect();
}

// Close this socket and open another after a random delay, so that not all pages connect at the same moment.
function reconnect() {
  clearTimeout(heartbeatTimer);
  clearTimeout(retryTimer);
  const closing = socket;
  socket = null;
  closing?.close();
  const delay = retryDelay * (0.5 + Math.random());
  retryTimer = setTimeout(connect, delay);
  retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY);
  dispatch("down", delay);
}

// Do not wait for the heartbeat when the network changes or the page comes back from the back-forward cache.
addEventListener("online", () => { retryDelay = MIN_RETRY_DELAY; if (!socket) connect(); });
addEventListener("offline", () => { if (socket) reconnect(); });
addEventListener("pageshow", ({ persisted }) => { if (persisted) reconnect(); });

connect();

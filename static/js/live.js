/*
 * Keeps parts of the page current.
 *
 * One socket brings hints: {"topics": ["target:12"]}, or ["*"] for everything. An element with
 * data-live="target:12 rollout:*" whose topic is named gets a "live" event, on which htmx fetches
 * it anew through the same view and the same right as ever. At most four times a second each; not
 * while somebody writes in it or has marked text in it; not while the tab is hidden.
 *
 * The topic "clock" comes from here, twice a minute: for what nobody says, like silence.
 *
 * Other modules and tests hear "live:connected" and "live:lost" on the document.
 */

const GAP = 250; // ms between two refreshes of one element
const RETRY = { first: 1000, longest: 30000 }; // ms until the next attempt to connect
const SILENCE = 20000; // ms without a message; the server sends one, if empty, every 15 seconds
const CLOCK = 30000; // ms between two hints of our own to what changes by time alone
const SIGNED_OUT = 4401;
const WRITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

const refreshedAt = new Map(); // id of element -> time of its last refresh
const waiting = new Set(); // ids of elements that a hint named and that were not fetched yet
let timer = null;
let socket = null;
let attempts = 0;
let currentSince = Date.now(); // when what is on the screen was known to be true
let lost = false;
let ended = false;

const matches = (wanted, topic) =>
  topic === "*" || wanted === topic || (wanted.endsWith(":*") && topic.startsWith(wanted.slice(0, -1)));

const follows = (element, topics) =>
  element.dataset.live.split(/\s+/).some((wanted) => topics.some((topic) => matches(wanted, topic)));

function isBusy(element) {
  const active = document.activeElement;
  if (active && element.contains(active) && active.matches(WRITING)) return true;
  if (element.querySelector("[data-edited]")) return true;
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.rangeCount && selection.getRangeAt(0).intersectsNode(element));
}

function note(topics) {
  for (const element of document.querySelectorAll("[data-live]")) {
    if (follows(element, topics)) waiting.add(element.id);
  }
  plan();
}

function plan(delay = 0) {
  if (waiting.size && timer === null) timer = setTimeout(refresh, delay);
}

function refresh() {
  timer = null;
  if (document.hidden) return; // looked at again when the tab is
  const now = Date.now();
  for (const id of [...waiting]) {
    const element = document.getElementById(id);
    if (!element) waiting.delete(id);
    else if (isBusy(element) || element.classList.contains("htmx-request")) continue;
    else if (now - (refreshedAt.get(id) ?? 0) >= GAP) {
      waiting.delete(id);
      refreshedAt.set(id, now);
      window.htmx.trigger(element, "live");
    }
  }
  plan(GAP);
}

function connect() {
  if (ended || socket) return;
  const address = new URL(document.body.dataset.liveSocket, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(address);
  socket = opened;
  opened.addEventListener("open", () => {
    if (socket !== opened) return;
    attempts = 0;
    heard();
    lost = false;
    note(["*"]); // what was said since the page was made, or while we were away, was not heard
    say("live:connected");
  });
  opened.addEventListener("message", (event) => {
    heard();
    note(JSON.parse(event.data).topics);
  });
  opened.addEventListener("close", (event) => {
    if (socket !== opened) return; // given up before; another has taken its place
    socket = null;
    if (event.code === SIGNED_OUT) ended = true;
    lose();
    if (!ended) setTimeout(connect, delayUntilRetry());
  });
}

function delayUntilRetry() {
  const longest = Math.min(RETRY.first * 2 ** attempts, RETRY.longest);
  attempts += 1;
  return longest / 2 + (Math.random() * longest) / 2; // a thousand tablets must not return at once
}

function heard() {
  currentSince = Date.now();
}

function lose() {
  if (lost) return;
  lost = true;
  say("live:lost");
}

function say(name) {
  document.dispatchEvent(new CustomEvent(name, { detail: { since: currentSince, signedOut: ended } }));
}

function reconnectNow() {
  const old = socket;
  socket = null;
  old?.close();
  attempts = 0;
  connect();
}

/* A cable that is pulled says nothing, and neither does the server when it cannot. */
function listen() {
  if (lost || ended || document.hidden || Date.now() - currentSince < SILENCE) return;
  lose();
  reconnectNow();
}

if (document.body.dataset.liveSocket) {
  connect();
  setInterval(listen, SILENCE / 4);
  setInterval(() => note(["clock"]), CLOCK);
  window.addEventListener("offline", lose);
  window.addEventListener("online", reconnectNow);
  document.addEventListener("live:reconnect", reconnectNow);
  document.addEventListener("visibilitychange", () => plan());
  for (const name of ["focusout", "selectionchange", "htmx:afterSettle"]) {
    document.addEventListener(name, () => plan(GAP));
  }
}

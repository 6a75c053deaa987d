/*
 * Covers the page when nobody used it for a while, or when the server says its session is locked.
 * What was typed stays below, and is there again after the password. The server keeps a clock of
 * its own; this one only makes the screen follow. All tabs of a browser share one session: input in
 * one counts for all, and they lock and open together.
 */

const USED = "sitewright:used";
const cover = document.getElementById("cover");
const after = Number(cover?.dataset.after ?? 0) * 1000; // ms; 0: never by itself
const TELL = Math.min(30000, after / 3); // ms between two words to the server
const INPUT = ["pointerdown", "keydown", "wheel", "touchstart"];

let told = Date.now();
let locked = false;
const tabs = new BroadcastChannel("sitewright:lock");

// Answered for scripts, as a part of a page is.
const send = (address, body) =>
  fetch(address, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": cover.dataset.token, "HX-Request": "true" },
  });

function use() {
  if (locked) return;
  const now = Date.now();
  localStorage.setItem(USED, String(now));
  if (now - told < TELL) return;
  told = now;
  send(cover.dataset.here).catch(() => {}); // without contact nothing is lost by it
}

function show() {
  locked = true;
  if (!cover.open) cover.showModal();
}

function hide() {
  locked = false;
  told = Date.now();
  localStorage.setItem(USED, String(told));
  if (cover.open) cover.close();
  cover.querySelector("form[data-unlock]")?.reset();
}

function look() {
  if (locked || Date.now() - Number(localStorage.getItem(USED)) < after) return;
  show();
  send(cover.dataset.lock).catch(() => {}); // the server has its own clock
  tabs.postMessage("locked");
}

async function unlock(form) {
  const answer = await send(form.action, new URLSearchParams(new FormData(form)));
  if (answer.status === 204) {
    hide();
    tabs.postMessage("open");
  } else if (answer.status === 422) {
    cover.querySelector("[data-form]").innerHTML = await answer.text();
    cover.querySelector("[name=password]").focus();
  } else {
    location.reload(); // signed out meanwhile, or blocked: the page itself says so
  }
}

if (cover) {
  localStorage.setItem(USED, String(Date.now()));
  if (after) {
    for (const kind of INPUT) document.addEventListener(kind, use, { capture: true, passive: true });
    setInterval(look, Math.min(1000, after / 3));
    document.addEventListener("visibilitychange", look);
  }
  tabs.addEventListener("message", ({ data }) => (data === "locked" ? show() : hide()));
  document.addEventListener("sitewright:locked", show);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => locked && cover.showModal()); // Escape does not open it
  cover.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-unlock]")) return;
    event.preventDefault();
    unlock(event.target).catch(() => location.reload());
  });
}

/* Messages: quiet ones go by themselves, the others when dismissed. Failed requests say so. */

const QUIET = 6000; // ms; a message that matters stays
const box = document.getElementById("messages");
const sample = document.getElementById("message-sample");

function expire(message) {
  if (!message.matches(".message--quiet") || message.dataset.expires) return;
  message.dataset.expires = "yes";
  setTimeout(() => message.matches(":hover, :focus-within") || message.remove(), QUIET);
}

function add(text) {
  const message = sample.content.firstElementChild.cloneNode(true);
  message.querySelector("p").textContent = text;
  box.append(message);
}

if (box) {
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-message]").remove());
  document.addEventListener("htmx:afterSettle", () => box.querySelectorAll("[data-message]").forEach(expire));
  box.querySelectorAll("[data-message]").forEach(expire);

  const byPerson = (detail) => detail.requestConfig?.triggeringEvent?.type !== "live";
  const said = (xhr) => xhr.getResponseHeader("Content-Type")?.startsWith("text/plain") && xhr.responseText;
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (byPerson(detail)) add(said(detail.xhr) || box.dataset.failed);
  });
  document.addEventListener("htmx:sendError", ({ detail }) => {
    if (byPerson(detail)) add(box.dataset.unreachable);
  });
}

/*
 * Forms: sent once however often the button is pressed; half-typed values are not lost by accident;
 * a choice that narrows the screen takes effect at once; an error found while typing marks its field.
 */

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.classList.add("is-busy");
  for (const field of form.querySelectorAll("[data-edited]")) delete field.dataset.edited;
});

/* Coming back by the back button shows the page as it was left: it may be sent again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
});

document.addEventListener("input", ({ target }) => {
  if (target.matches(".input") && target.closest("form")?.method === "post") target.dataset.edited = "yes";
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard] [data-edited]")) event.preventDefault();
});

document.addEventListener("change", ({ target }) => {
  target.closest("form[data-auto-submit]")?.requestSubmit();
});

for (const button of document.querySelectorAll("[data-replaced-by-script]")) button.hidden = true;

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.id?.endsWith("-error")) return;
  const id = detail.target.id.slice(0, -"-error".length);
  const wrong = document.getElementById(detail.target.id)?.hasAttribute("data-invalid");
  const control = document.getElementById(id);
  if (wrong) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
});

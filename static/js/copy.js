/* Copies a block of text as a whole. Needs a secure page or loopback, as browsers ask. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-button]");
  if (!button) return;
  const label = button.querySelector("span");
  const before = label.textContent;
  await navigator.clipboard.writeText(button.closest("[data-copy]").querySelector("pre").textContent);
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2000);
});

if (!navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy-button]")) button.hidden = true;
}

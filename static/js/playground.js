/*
 * The playground: from a remark to its place in the text, and a word for those who do not see it
 * when the result has changed. Without this module everything else works all the same.
 */

const said = document.querySelector("[data-said]");

function go({ dataset }) {
  const text = document.getElementById(dataset.go);
  text.closest("details")?.setAttribute("open", "");
  const lines = text.value.split("\n");
  const line = Math.min(Number(dataset.line), lines.length) - 1;
  const start = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  const column = Math.min(Math.max(Number(dataset.column) - 1, 0), lines[line].length);
  text.focus();
  text.setSelectionRange(start + column, start + lines[line].length);
  const height = text.scrollHeight / Math.max(lines.length, 1);
  text.scrollTop = Math.max(0, (line - 3) * height);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-go]");
  if (button) go(button);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  said.classList.add("visually-hidden");
  said.textContent = detail.target.querySelector("[data-summary]")?.textContent ?? "";
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    said.classList.remove("visually-hidden");
    said.textContent = said.dataset.lost;
  });
}

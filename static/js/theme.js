/* As the device, light, dark, round and round; kept in a cookie so that the server sends it right. */

const ORDER = ["auto", "light", "dark"];
const YEAR = 365 * 24 * 3600;
const root = document.documentElement;
const button = document.querySelector("[data-theme-button]");

root.classList.add("scripted");

function name(theme) {
  const title = button.dataset[theme];
  button.title = title;
  button.setAttribute("aria-label", title);
}

if (button) {
  name(root.dataset.theme);
  button.addEventListener("click", () => {
    const theme = ORDER[(ORDER.indexOf(root.dataset.theme) + 1) % ORDER.length];
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
    name(theme);
  });
}

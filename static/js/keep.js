/*
 * A part that is fetched anew looks as its reader left it: what was unfolded stays unfolded, ticked
 * boxes stay ticked, scrolled boxes stay where they were, and the focus stays on the same thing.
 */

const kept = new WeakMap(); // request of htmx -> what to put back

const boxKey = (box) => `${box.name}=${box.value}`;

function focusKey(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  if (element.matches("[name]")) return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
  const parent = element.closest("[id]");
  return parent && element.matches("summary") ? `#${CSS.escape(parent.id)} > summary` : null;
}

function remember(region) {
  const active = document.activeElement;
  return {
    unfolded: new Map([...region.querySelectorAll("details[id]")].map((one) => [one.id, one.open])),
    ticked: new Map([...region.querySelectorAll("input:is([type=checkbox], [type=radio])")].map((one) => [boxKey(one), one.checked])),
    scrolled: [...region.querySelectorAll("[id]")].filter((one) => one.scrollTop || one.scrollLeft).map((one) => [one.id, one.scrollTop, one.scrollLeft]),
    focus: active && active !== region && region.contains(active) ? focusKey(active) : null,
  };
}

function putBack(region, state) {
  for (const one of region.querySelectorAll("details[id]")) one.open = state.unfolded.get(one.id) ?? one.open;
  for (const one of region.querySelectorAll("input:is([type=checkbox], [type=radio])")) {
    one.checked = state.ticked.get(boxKey(one)) ?? one.checked;
  }
  for (const [id, top, left] of state.scrolled) document.getElementById(id)?.scrollTo(left, top);
  if (state.focus) region.querySelector(state.focus)?.focus({ preventScroll: true });
  region.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.matches("[data-live]") && detail.requestConfig.triggeringEvent?.type === "live") {
    kept.set(detail.xhr, remember(detail.target));
  }
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const state = kept.get(detail.xhr);
  const region = state && document.getElementById(detail.target.id);
  if (!region) return;
  kept.delete(detail.xhr);
  putBack(region, state);
});

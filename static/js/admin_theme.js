/* The admin site in the colours chosen in the portal; runs before anything is drawn. */

document.documentElement.dataset.theme =
  document.cookie.match(/(?:^|; )theme=(auto|light|dark)/)?.[1] ?? "auto";

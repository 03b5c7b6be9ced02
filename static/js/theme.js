// Colour theme: auto → light → dark. The choice is a cookie, so that the server renders it without a flash.

const root = document.documentElement;
const button = document.querySelector("[data-theme-toggle]");
const order = ["auto", "light", "dark"];
const words = { auto: "follows the system", light: "light", dark: "dark" };

function show(theme) {
  if (theme === "auto") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  for (const icon of button.querySelectorAll("[data-theme-icon]")) icon.hidden = icon.dataset.themeIcon !== theme;
  button.setAttribute("aria-label", `Colour theme: ${words[theme]}. Change`);
  button.title = `Colour theme: ${words[theme]}`;
}

function remember(theme) {
  const age = theme === "auto" ? 0 : 31536000;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
}

if (button) {
  let theme = root.dataset.bsTheme ?? "auto";
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    show(theme);
    remember(theme);
  });
}

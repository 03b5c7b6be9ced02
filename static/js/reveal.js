// Asks for the reason in a dialog, counts down what is revealed, and masks it again when its time is over.

const dialog = document.getElementById("reveal-dialog");
const loaded = Date.now();

function secondsLeft(element) {
  const now = Number(element.closest("[data-now]").dataset.now);
  return Number(element.dataset.until) - now - (Date.now() - loaded) / 1000;
}

function mask(value) {
  const chip = document.createElement("span");
  chip.className = "masked";
  chip.textContent = `[${value.dataset.type}]`;
  value.replaceWith(chip);
}

function tick() {
  for (const value of document.querySelectorAll(".revealed[data-until]")) if (secondsLeft(value) <= 0) mask(value);
  const notice = document.querySelector("[data-reveal-notice]");
  if (!notice) return;
  const left = Math.ceil(secondsLeft(notice));
  if (left > 0) {
    const text = `for ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    notice.querySelector("[data-countdown]").textContent = text;
    setTimeout(tick, 1000);
  } else {
    notice.querySelector("[data-reveal-status]").textContent = "Masked again: the time is over.";
    for (const rest of notice.querySelectorAll("[data-while-open]")) rest.remove();
  }
}

tick();
document.addEventListener("visibilitychange", tick);
window.addEventListener("pageshow", tick);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== dialog) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("textarea")?.focus();
});

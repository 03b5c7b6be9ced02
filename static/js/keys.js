// Keyboard triage. j and k move in [data-key-list], Enter opens; [data-key="c"] presses that control; ? helps.
// Keys are ignored while typing, with modifiers held, and while a dialog is open; the help turns them off.

const help = document.getElementById("key-help");
const helpList = help?.querySelector("[data-key-help-list]");
const helpButton = document.querySelector("[data-key-help]");
const enabled = help?.querySelector("[data-key-enabled]");

function items() {
  return [...document.querySelectorAll("[data-key-list] [data-key-item]")];
}

function move(step) {
  const all = items();
  if (all.length === 0) return;
  const active = all.indexOf(document.activeElement);
  const from = active >= 0 ? active : all.findIndex((item) => item.ariaCurrent === "true");
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), all.length - 1);
  all[to].focus();
  all[to].scrollIntoView({ block: "nearest" });
}

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find(
    (control) => control.dataset.key === key && !control.disabled && control.checkVisibility(),
  );
  if (!target) return false;
  if (target.matches("input:not([type=submit], [type=button]), select, textarea")) target.focus();
  else target.click();
  const disclosed = target.matches("summary") && target.parentElement;
  if (disclosed?.open) disclosed.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return true;
}

function showHelp() {
  for (const old of helpList.querySelectorAll("[data-from-page]")) old.remove();
  for (const control of document.querySelectorAll("[data-key]")) {
    const row = document.createElement("div");
    row.dataset.fromPage = "";
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = control.dataset.key;
    term.append(key);
    const meaning = document.createElement("dd");
    const spoken = control.cloneNode(true);
    for (const hint of spoken.querySelectorAll("kbd")) hint.remove();
    meaning.textContent = control.ariaLabel ?? spoken.textContent.trim();
    row.append(term, meaning);
    helpList.append(row);
  }
  help.showModal();
}

// A long list scrolls by itself: keep its open item in sight.
function reveal() {
  const current = document.querySelector("[data-key-list] [data-key-item][aria-current=true]");
  const box = current?.closest(".split__list");
  if (box && box.scrollHeight > box.clientHeight) box.scrollTop = current.offsetTop - box.clientHeight / 3;
}

function typing(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

// What was written stays in the form; the key only gives the page back.
function shut(disclosed) {
  disclosed.open = false;
  disclosed.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  const disclosed = event.key === "Escape" && event.target.closest?.(".decision[open]");
  if (disclosed && !event.defaultPrevented) shut(disclosed);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!enabled?.checked || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?" && help) showHelp();
  else if (event.repeat || !press(event.key)) return;
  event.preventDefault();
});

reveal();
document.addEventListener("htmx:afterSwap", reveal);

if (help && helpButton) {
  enabled.checked = localStorage.getItem("keys") !== "off";
  enabled.addEventListener("change", () => localStorage.setItem("keys", enabled.checked ? "on" : "off"));
  helpButton.hidden = false;
  helpButton.addEventListener("click", showHelp);
}

// Shows times in the viewer's zone; the server's text, with its zone, stays as the tooltip.

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

function localise(scope) {
  for (const time of scope.querySelectorAll("time[data-local-time]")) {
    time.title = time.textContent.trim();
    time.textContent = format.format(new Date(time.dateTime)).replace("Sept", "Sep"); // as the server writes it
    time.removeAttribute("data-local-time");
  }
}

localise(document);
document.addEventListener("htmx:afterSwap", (event) => localise(event.target.parentElement ?? document));

// Shows times in the viewer's zone; the server's text, with its zone, stays as the tooltip. Times that are typed are the
// viewer's as well: the server, which reads them as UTC, gets them as UTC.

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

// What a field of type datetime-local holds for a moment: no zone, to the minute.
function fieldValue(moment, minutesFromUtc) {
  return Number.isNaN(moment.getTime()) ? "" : new Date(moment.getTime() + minutesFromUtc * 60000).toISOString().slice(0, 16);
}

function localiseFields(scope) {
  for (const field of scope.querySelectorAll("input[type=datetime-local]")) {
    const zone = scope.querySelector(`label[for="${field.id}"] [data-local-zone]`);
    if (!zone) continue;
    zone.textContent = "(your time)";
    zone.removeAttribute("data-local-zone");
    if (!field.value || field.value !== field.defaultValue) continue; // typed before, and brought back by the browser
    const moment = new Date(`${field.value}Z`);
    field.value = fieldValue(moment, -moment.getTimezoneOffset());
  }
}

document.addEventListener("formdata", (event) => {
  for (const field of event.target.querySelectorAll("input[type=datetime-local][name]")) {
    if (field.value) event.formData.set(field.name, fieldValue(new Date(field.value), 0));
  }
});

localise(document);
localiseFields(document);
document.addEventListener("htmx:afterSwap", (event) => {
  localise(event.target.parentElement ?? document);
  localiseFields(event.target.parentElement ?? document);
});

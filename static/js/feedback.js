// A background request that fails must say so: htmx alone would leave the page silently unchanged.

const messages = document.getElementById("messages");

function say(text) {
  const notice = document.createElement("p");
  notice.className = "notice notice--error";
  notice.textContent = text;
  messages?.replaceChildren(notice);
}

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 403) say("That was refused. You may have been signed out, or your role does not include it.");
  else if (status === 404) say("It no longer exists. Reload the page to see the current state.");
  else say(`The server could not do that (${status}). Reload the page and try again.`);
});
document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Nothing was saved."));

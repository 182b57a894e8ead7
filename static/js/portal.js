"use strict";

// Every page works without this file. It only prevents double submits, says that the portal is at work, and brings
// errors into view.

const sent = new Map();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.set(form, []);
  // Only after the browser has read the form: a disabled button loses its name and value.
  setTimeout(() => {
    if (event.defaultPrevented) {
      sent.delete(form);
      return;
    }
    const buttons = [...form.elements].filter((element) => element.type === "submit" && !element.disabled);
    for (const button of buttons) button.disabled = true;
    sent.set(form, buttons);
    const busy = form.querySelector("[data-busy]");
    if (busy) busy.textContent = busy.dataset.busyText;
  });
});

// The back button may bring this very page back as it was left.
window.addEventListener("pageshow", () => {
  for (const button of [...sent.values()].flat()) button.disabled = false;
  sent.clear();
  for (const busy of document.querySelectorAll("[data-busy]")) busy.textContent = "";
});

document.querySelector("[data-focus-on-load]")?.focus();

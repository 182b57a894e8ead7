"use strict";

// Every page works without this file. It prevents double submits, shows that the portal is working, and moves
// the focus to errors.

const submitted = new Map();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (submitted.has(form)) {
    event.preventDefault();
    return;
  }
  submitted.set(form, []);
  // Only after the browser has read the form: a disabled button loses its name and value.
  setTimeout(() => {
    if (event.defaultPrevented) {
      submitted.delete(form);
      return;
    }
    const buttons = [...form.elements].filter((element) => element.type === "submit" && !element.disabled);
    for (const button of buttons) button.disabled = true;
    submitted.set(form, buttons);
    const busy = form.querySelector("[data-busy]");
    if (busy) busy.textContent = busy.dataset.busyText;
  });
});

// The back button may restore this page as it was left.
window.addEventListener("pageshow", () => {
  for (const button of [...submitted.values()].flat()) button.disabled = false;
  submitted.clear();
  for (const busy of document.querySelectorAll("[data-busy]")) busy.textContent = "";
});

document.querySelector("[data-focus-on-load]")?.focus();

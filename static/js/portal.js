"use strict";

// Every page works without this file. It prevents double submits, shows that the portal is working, and moves
// the focus to errors.

const submitted = new Map();
// Nothing tells a page that the answer to its form was saved as a file: it stays as it is. So the browser keeps a cookie
// while it waits, which an answer of a download deletes (mipres_admin/middleware/downloads.py).
const secure = location.protocol === "https:";
const WAITING = secure ? "__Host-descarga" : "descarga";
const LONGEST_WAIT = 120;
let watch;

function waitForDownload() {
  document.cookie = `${WAITING}=1; Path=/; Max-Age=${LONGEST_WAIT}; SameSite=Strict${secure ? "; Secure" : ""}`;
  watch ??= setInterval(() => {
    if (!document.cookie.includes(`${WAITING}=`)) release();
  }, 250);
}

function release() {
  clearInterval(watch);
  watch = undefined;
  for (const button of [...submitted.values()].flat()) button.disabled = false;
  submitted.clear();
  for (const busy of document.querySelectorAll("[data-busy]")) busy.textContent = "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (submitted.has(form)) {
    event.preventDefault();
    return;
  }
  submitted.set(form, []);
  waitForDownload();
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
window.addEventListener("pageshow", release);

document.querySelector("[data-focus-on-load]")?.focus();

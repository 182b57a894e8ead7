"use strict";

// Two minutes before the session ends a dialog says so; "Continuar" tells the server that the person is here, and the
// page stays as it is. The server ends the session by its own clock, with or without this file.

const notice = document.querySelector("[data-session-end]");

if (notice?.showModal) {
  const KEY = "session-end";
  const time = notice.querySelector("[data-session-time]");
  const keep = notice.querySelector("[data-session-keep]");
  const warn = Number(notice.dataset.warn);
  let end = 0;

  const secondsLeft = () => Math.ceil((end - Date.now()) / 1000);

  // Other pages of the same session share the hour: working in one keeps all of them quiet.
  const remember = (seconds) => {
    end = Date.now() + seconds * 1000;
    try {
      localStorage.setItem(KEY, String(end));
    } catch {
      // A browser that keeps nothing: each page counts for itself.
    }
  };

  const say = (left) => {
    const over = left <= 0;
    notice.querySelector("[data-session-before]").hidden = over;
    notice.querySelector("[data-session-after]").hidden = !over;
    notice.querySelector("h2").textContent = over ? "Su sesión se cerró" : "Su sesión se cerrará por inactividad";
    keep.textContent = over ? "Entendido" : "Continuar";
    const minutes = Math.ceil(left / 60);
    const words = over ? "Pasó demasiado tiempo sin actividad." : `Queda${minutes > 1 ? "n" : ""} ${minutes > 1 ? `${minutes} minutos` : "menos de 1 minuto"}.`;
    if (time.textContent !== words) time.textContent = words;
  };

  const look = () => {
    const left = secondsLeft();
    if (left > warn) {
      if (notice.open) notice.close();
      return;
    }
    say(left);
    if (!notice.open && !notice.dataset.read) notice.showModal();
  };

  notice.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (secondsLeft() <= 0) {
      notice.dataset.read = "true";
      notice.close();
      return;
    }
    try {
      const body = new FormData(event.target);
      const response = await fetch(event.target.action, { method: "POST", body, redirect: "manual" });
      if (!response.ok) throw new Error(response.statusText);
      remember((await response.json()).seconds);
      notice.close();
    } catch {
      end = Date.now();
      look();
    }
  });

  window.addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) {
      end = Number(event.newValue);
      look();
    }
  });

  remember(Number(notice.dataset.left));
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}

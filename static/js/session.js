"use strict";

// Two minutes before the session ends a dialog warns; "Continuar" extends the session without leaving the page. The
// server ends the session by its own clock, with or without this file.

const dialog = document.querySelector("[data-session-end]");

if (dialog?.showModal) {
  const KEY = "session-end";
  const timer = dialog.querySelector("[data-session-time]");
  const keepButton = dialog.querySelector("[data-session-keep]");
  const warn = Number(dialog.dataset.warn);
  let end = 0;

  const secondsLeft = () => Math.ceil((end - Date.now()) / 1000);

  // Pages of the same session share the end time: work in one postpones the dialog in all.
  const remember = (seconds) => {
    end = Date.now() + seconds * 1000;
    try {
      localStorage.setItem(KEY, String(end));
    } catch {
      // Without storage each page counts on its own.
    }
  };

  const showTime = (left) => {
    const over = left <= 0;
    dialog.querySelector("[data-session-before]").hidden = over;
    dialog.querySelector("[data-session-after]").hidden = !over;
    dialog.querySelector("h2").textContent = over ? "Su sesión se cerró" : "Su sesión se cerrará por inactividad";
    keepButton.textContent = over ? "Entendido" : "Continuar";
    const minutes = Math.ceil(left / 60);
    const text = over ? "Pasó demasiado tiempo sin actividad." : `Queda${minutes > 1 ? "n" : ""} ${minutes > 1 ? `${minutes} minutos` : "menos de 1 minuto"}.`;
    if (timer.textContent !== text) timer.textContent = text;
  };

  const update = () => {
    const left = secondsLeft();
    if (left > warn) {
      if (dialog.open) dialog.close();
      return;
    }
    showTime(left);
    if (!dialog.open && !dialog.dataset.read) dialog.showModal();
  };

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (secondsLeft() <= 0) {
      dialog.dataset.read = "true";
      dialog.close();
      return;
    }
    try {
      const body = new FormData(event.target);
      const response = await fetch(event.target.action, { method: "POST", body, redirect: "manual" });
      if (!response.ok) throw new Error(response.statusText);
      remember((await response.json()).seconds);
      dialog.close();
    } catch {
      end = Date.now();
      update();
    }
  });

  window.addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) {
      end = Number(event.newValue);
      update();
    }
  });

  remember(Number(dialog.dataset.left));
  setInterval(update, 1000);
  document.addEventListener("visibilitychange", update);
}

"use strict";

// Shows the check digit of the NIT (mod 11) while typing. Without this file the portal shows it after submitting.

const WEIGHTS = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
const field = document.querySelector("[data-nit]");
const output = document.querySelector("[data-check-digit]");

function show() {
  const nit = field.value.replace(/[.,'\s]/g, "").replace(/-[0-9]$/, "");
  if (!/^[0-9]{6,10}$/.test(nit)) {
    output.textContent = "";
    return;
  }
  const sum = [...nit].reverse().reduce((total, digit, index) => total + Number(digit) * WEIGHTS[index], 0);
  const bold = document.createElement("strong");
  bold.textContent = `${nit}-${"01987654321"[sum % 11]}`;
  output.replaceChildren("Con su dígito de verificación: ", bold, ". Compárelo con la casilla 6 del RUT.");
}

if (field && output) {
  field.addEventListener("input", show);
  show();
}

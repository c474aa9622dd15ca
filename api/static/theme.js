// Before anything is drawn: the colours that the reader chose last time, if any.
try {
  const chosen = localStorage.getItem("copydesk-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system's colours are used.
}

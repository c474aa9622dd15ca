// What JavaScript adds to pages that work without it: a switch of colours, what was chosen remembered, a summary that
// can be shared by its address, and a desk page that keeps itself up to date.
"use strict";

function remember(name, value) {
  try {
    localStorage.setItem(`copydesk-${name}`, value);
  } catch {
    // Storage is switched off: it holds for this page.
  }
}

function remembered(name) {
  try {
    return localStorage.getItem(`copydesk-${name}`);
  } catch {
    return null;
  }
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setUpTheme(button) {
  const tell = () => button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
  button.hidden = false;
  tell();
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    remember("theme", theme);
    tell();
  });
}

function setUpChoice(box) {
  const before = remembered(box.dataset.remember);
  if (before !== null) box.checked = before === "yes";
  box.addEventListener("change", () => remember(box.dataset.remember, box.checked ? "yes" : "no"));
}

function setUpSummary(details) {
  details.addEventListener("toggle", () => {
    const address = new URL(location.href);
    if (details.open) address.searchParams.set("summary", "1");
    else address.searchParams.delete("summary");
    history.replaceState(history.state, "", address);
  });
}

function setUpRefresh(button) {
  const live = document.querySelector("[data-live]");
  const clock = document.querySelector(".refresh span");
  let paused = false;

  async function refresh() {
    if (paused || document.hidden || live.contains(document.activeElement)) return;
    try {
      const answer = await fetch("/desk", { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      live.replaceChildren(...page.querySelector("[data-live]").childNodes);
      clock.textContent = page.querySelector(".refresh span").textContent;
    } catch {
      clock.textContent = "The desk does not answer; trying again.";
    }
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Go on refreshing" : "Pause refreshing";
    if (!paused) refresh();
  });
  setInterval(refresh, Number(button.dataset.refresh) * 1000);
}

document.querySelectorAll("[data-theme-toggle]").forEach(setUpTheme);
document.querySelectorAll("[data-remember]").forEach(setUpChoice);
document.querySelectorAll("details.brief").forEach(setUpSummary);
document.querySelectorAll("[data-refresh]").forEach(setUpRefresh);

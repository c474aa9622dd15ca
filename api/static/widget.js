// Copydesk's widget: the summary, names and links of an article on its publisher's page.
//
//   <script src="https://desk.example/widget.js" data-article="URL or id" async></script>
//
// What comes from the desk is put in as text, never as HTML, in a shadow root that the page's styles do not reach.
(() => {
  "use strict";

  const script = document.currentScript;
  const TYPES = { PER: "person", ORG: "organisation", LOC: "place", MISC: "name" };
  const STYLE = `
    :host { display: block; margin-block: 1.5em; color: inherit; font: inherit; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    .box { border-block: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-block: 0.9em; }
    .box > * + * { margin-top: 0.9em; }
    h2, p, ul, ol { margin: 0; padding: 0; }
    ul, ol { list-style: none; }
    .ask { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4em 0.9em; }
    button { font: inherit; font-weight: 600; padding: 0.5em 1.1em; border: 0; border-radius: 3px; cursor: pointer;
      background: var(--copydesk-accent, #8a1f17); color: var(--copydesk-accent-ink, #fff); }
    button:focus-visible, a:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
    .said { margin-top: 0.9em; counter-reset: said; }
    .said li { counter-increment: said; position: relative; padding-inline-start: 1.8em; }
    .said li + li { margin-top: 0.6em; }
    .said li::before { content: counter(said); position: absolute; inset-inline-start: 0; font-weight: 600; }
    .names { display: flex; flex-wrap: wrap; gap: 0.2em 1.1em; }
    .type, .why, .kind { font-size: 0.8em; opacity: 0.8; }
    .type { margin-inline-start: 0.35em; }
    h2 { font-size: 1em; font-weight: 600; }
    h2 + ul { margin-top: 0.3em; }
    .links li + li { margin-top: 0.6em; }
    .why { display: block; }
    .beside { display: grid; gap: 0.9em 2em; grid-template-columns: repeat(auto-fit, minmax(min(14em, 100%), 1fr)); }
    a { color: inherit; text-underline-offset: 0.16em; }
    [hidden] { display: none; }`;

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [property, value] of Object.entries(properties)) {
      if (property.startsWith("aria-")) made.setAttribute(property, value);
      else made[property] = value;
    }
    made.append(...children.filter(Boolean));
    return made;
  }

  function isWeb(url) {
    try {
      return ["http:", "https:"].includes(new URL(url, document.baseURI).protocol);
    } catch {
      return false;
    }
  }

  function link(found, properties = {}) {
    if (!isWeb(found.url)) return element("span", { textContent: found.title });
    return element("a", { href: found.url, textContent: found.title, ...properties });
  }

  function summary(found) {
    const said = element("ol", { className: "said", id: "said", hidden: true });
    said.append(...found.sentences.map((sentence) => element("li", { textContent: sentence })));
    const button = element("button", { type: "button", textContent: "Get a summary" });
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "said");
    button.addEventListener("click", () => {
      said.hidden = !said.hidden;
      button.setAttribute("aria-expanded", String(!said.hidden));
    });
    return element("div", {}, element("p", { className: "ask" }, element("span", { textContent: "No time to read?" }), button), said);
  }

  function tags(found, address) {
    const list = element("ul", { className: "names", "aria-label": "Names in this article" });
    for (const tag of found) {
      const url = address && address.replaceAll("{name}", encodeURIComponent(tag.name));
      const name = url ? link({ url, title: tag.name }) : element("span", { textContent: tag.name });
      list.append(element("li", {}, name, element("span", { className: "type", textContent: TYPES[tag.type] || "name" })));
    }
    return list;
  }

  function beside(found) {
    const side = (kind, rel, word) =>
      found[kind] &&
      element("p", {}, element("span", { className: "why", textContent: word }), link(found[kind], { rel }));
    if (!found.previous && !found.next) return null;
    const nav = element("nav", { className: "beside", "aria-label": "Previous and next article" });
    nav.append(...[side("previous", "prev", "Previous article"), side("next", "next", "Next article")].filter(Boolean));
    return nav;
  }

  function related(found) {
    const list = element("ul", { className: "links" });
    for (const one of found) {
      list.append(element("li", {}, link(one), element("span", { className: "why", textContent: one.why })));
    }
    return element("section", { "aria-label": "Related articles" }, element("h2", { textContent: "Related" }), list);
  }

  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet]; // a page's Content-Security-Policy has no say in these
    } catch {
      root.append(element("style", { textContent: STYLE }));
    }
  }

  function show(found, host, chosen) {
    const wants = (part) => chosen.includes(part);
    const parts = [
      wants("summary") && found.summary && summary(found.summary),
      wants("tags") && found.tags.length && tags(found.tags, script.dataset.tagLink),
      wants("links") && beside(found),
      wants("links") && found.related.length && related(found.related),
    ].filter(Boolean);
    if (!parts.length) return;
    const root = host.attachShadow({ mode: "open" });
    dress(root);
    root.append(element("section", { className: "box", "aria-label": "About this article" }, ...parts));
    host.hidden = false;
  }

  function address(article) {
    const asked = new URL("/v1/widget", script.src);
    if (/^\d+$/.test(article)) asked.searchParams.set("id", article);
    else asked.searchParams.set("url", article);
    return asked;
  }

  function place(host) {
    const into = script.dataset.into && document.querySelector(script.dataset.into);
    if (into) into.append(host);
    else if (document.head.contains(script)) document.body.append(host);
    else script.after(host);
  }

  async function start() {
    const canonical = document.querySelector("link[rel=canonical]");
    const article = script.dataset.article || (canonical && canonical.href) || location.href;
    const chosen = (script.dataset.show || "summary tags links").split(/\s+/);
    const host = element("copydesk-article", { hidden: true });
    place(host);
    try {
      const answer = await fetch(address(article), { credentials: "omit", referrerPolicy: "no-referrer" });
      if (answer.ok) show(await answer.json(), host, chosen);
      else console.info(`Copydesk has nothing on this article: ${answer.status}`);
    } catch (error) {
      console.info("Copydesk does not answer", error);
    }
  }

  if (document.readyState === "loading" && (script.dataset.into || document.head.contains(script))) {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();

// Forms: sent once, refused in place with everything typed still there, or followed where the server leads.
import htmx from "htmx.org";
import { csrfToken, refuse, say } from "./page";
import { dispatch, listen } from "./news";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyEnabled = false;
htmx.config.historyCacheSize = 0;
htmx.config.scrollBehavior = "auto";

interface RequestDetail {
  elt: Element;
  xhr: XMLHttpRequest;
  verb?: string;
  headers?: Record<string, string>;
  requestConfig?: { triggeringEvent?: Event };
  loaded?: number;
  total?: number;
  lengthComputable?: boolean;
}

type Listener = (form: HTMLFormElement, detail: RequestDetail, event: Event) => void;

/** Listens to an htmx event of our own forms; other elements keep what htmx does by itself. */
function onForm(name: string, listener: Listener): void {
  document.addEventListener(name, (event) => {
    const { detail } = event as CustomEvent<RequestDetail>;
    if (detail.elt instanceof HTMLFormElement && detail.elt.matches("[hx-boost]")) listener(detail.elt, detail, event);
  });
}

function showSending(form: HTMLFormElement, submitter: HTMLElement | null | undefined): void {
  form.setAttribute("aria-busy", "true");
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[type="submit"]')) button.disabled = true;
  const label = submitter?.querySelector("span");
  if (!submitter || !label || !submitter.dataset["sending"]) return;
  submitter.dataset["label"] = label.textContent ?? "";
  label.textContent = submitter.dataset["sending"];
}

function showReady(form: HTMLFormElement): void {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[type="submit"]')) {
    button.disabled = false;
    const label = button.querySelector("span");
    if (label && button.dataset["label"] !== undefined) label.textContent = button.dataset["label"];
    delete button.dataset["label"];
  }
  const progress = form.querySelector<HTMLProgressElement>("[data-upload-progress]");
  if (progress) progress.hidden = true;
}

/** The sentence in a refusing answer: JSON's message, a bare sentence, or the main part of a page. */
function sentenceOf(xhr: XMLHttpRequest, otherwise: string): string {
  const text = xhr.responseText.trim();
  if (xhr.getResponseHeader("Content-Type")?.includes("json")) {
    const { message } = JSON.parse(text) as { message?: string };
    return message ?? otherwise;
  }
  const page = new DOMParser().parseFromString(text.replace(/<script[\s\S]*?<\/script>/gi, ""), "text/html");
  const said = page.querySelector("[data-message]") ?? page.querySelector("main") ?? page.body;
  return said.textContent?.replace(/\s+/g, " ").trim() || otherwise;
}

function showRefusal(form: HTMLFormElement, xhr: XMLHttpRequest): void {
  const failed = form.dataset["failed"] ?? "";
  let sentence = failed;
  if (xhr.status < 500) {
    try {
      sentence = sentenceOf(xhr, failed);
    } catch {
      // An answer that cannot be read is a failure of the server.
    }
  }
  refuse(form, sentence);
}

/** Goes to a page, also when it is this page with another place in it. */
function go(address: string): void {
  const next = new URL(address, location.href);
  const here = next.pathname === location.pathname && next.search === location.search;
  if (!here || !next.hash) return location.assign(next.href);
  history.replaceState(null, "", next.href);
  location.reload();
}

function showAccepted(form: HTMLFormElement, xhr: XMLHttpRequest): void {
  const { stay, done } = form.dataset;
  if (stay !== undefined) {
    showReady(form);
    if (done) say(done);
    form.closest("dialog")?.close();
    form.reset();
    return dispatch("stayed", form);
  }
  const target = xhr.getResponseHeader("HX-Redirect") ?? xhr.responseURL;
  go(new URL(target, location.href).pathname === new URL(form.action).pathname && !xhr.getResponseHeader("HX-Redirect") ? location.href : target);
}

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers } = (event as CustomEvent<RequestDetail>).detail;
  if (headers && verb !== "get") headers["X-CSRFToken"] = csrfToken();
});
onForm("htmx:beforeRequest", (form, detail) => {
  refuse(form, "");
  showSending(form, (detail.requestConfig?.triggeringEvent as SubmitEvent | undefined)?.submitter);
});
onForm("htmx:beforeOnLoad", (form, { xhr }, event) => {
  if (form.hasAttribute("hx-target")) return showReady(form);
  event.preventDefault();
  const redirect = xhr.getResponseHeader("HX-Redirect");
  if (xhr.status < 400) return showAccepted(form, xhr);
  if (redirect) return go(redirect);
  showReady(form);
  showRefusal(form, xhr);
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
  onForm(name, (form) => {
    showReady(form);
    refuse(form, form.dataset["offline"] ?? "");
  });
}
onForm("htmx:xhr:progress", (form, { loaded, total, lengthComputable }) => {
  const progress = form.querySelector<HTMLProgressElement>("[data-upload-progress]");
  if (!progress || !lengthComputable || !total) return;
  progress.hidden = false;
  progress.value = Math.max(progress.value, (100 * (loaded ?? 0)) / total);
});
listen("swapped", (element) => htmx.process(element));
// A page that the browser brings back from its memory must not stay disabled.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll<HTMLFormElement>("form[aria-busy]").forEach(showReady);
});

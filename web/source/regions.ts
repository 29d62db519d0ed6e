// Parts of a page that follow the room. New content is fetched when news comes, but never put under a finger: while someone is
// busy inside a region, a bar offers the change instead.
import { words } from "./page";
import { dispatch, listen, type News } from "./news";

const selector = "[data-region]";
const gatherMilliseconds = 120;
const spreadMilliseconds = 180;

interface Region {
  timer: number;
  fetching: boolean;
  again: boolean;
  shown: string | null;
}

const known = new WeakMap<HTMLElement, Region>();
const bars = new WeakMap<HTMLElement, HTMLTemplateElement>();

function regionOf(element: HTMLElement): Region {
  const region = known.get(element) ?? { timer: 0, fetching: false, again: false, shown: null };
  known.set(element, region);
  return region;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function isTouched(control: Control): boolean {
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options];
    const original = options.findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== (original === -1 ? 0 : original);
  }
  if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) {
    return control.checked !== control.defaultChecked;
  }
  return control.type !== "hidden" && control.value !== control.defaultValue;
}

/** How the control that has the focus is found again in new content; null where it must not be taken away. */
function findAgain(control: Element | null): string | null {
  if (control instanceof HTMLAnchorElement && control.hasAttribute("href")) return `a[href="${CSS.escape(control.getAttribute("href") ?? "")}"]`;
  return control instanceof HTMLElement && "follow" in control.dataset ? "[data-follow]" : null;
}

/** Whether someone is reading by keyboard, choosing or writing in this region. */
function isBusy(element: HTMLElement): boolean {
  const active = document.activeElement;
  if (active !== element && element.contains(active) && findAgain(active) === null) return true;
  if (element.querySelector("dialog[open], form[aria-busy='true'], form[data-waiting]")) return true;
  return [...element.querySelectorAll<Control>("input, textarea, select")].some(isTouched);
}

/** The same page rendered twice differs in its CSRF tokens only. */
function comparable(markup: string): string {
  return markup.replace(/name="csrf_token" value="[^"]*"/g, "").trim();
}

function rememberBar(element: HTMLElement): void {
  const template = element.querySelector<HTMLTemplateElement>("template[data-bar]");
  if (template) bars.set(element, template);
}

function swap(element: HTMLElement, markup: string): void {
  rememberBar(element);
  const { scrollTop } = element;
  const hadFocus = element.contains(document.activeElement);
  const same = hadFocus ? findAgain(document.activeElement) : null;
  element.innerHTML = markup;
  element.scrollTop = scrollTop;
  // Whoever asked for this by keyboard goes on from here, not from the top of the page.
  if (hadFocus) {
    const control = same === null ? null : element.querySelector<HTMLElement>(same);
    if (!control) element.tabIndex = -1;
    (control ?? element).focus({ preventScroll: true });
  }
  regionOf(element).shown = comparable(markup);
  dispatch("swapped", element);
}

function showBar(element: HTMLElement): void {
  rememberBar(element);
  if (element.querySelector(":scope > [data-bar-shown]")) return;
  const content = bars.get(element)?.content.cloneNode(true) as DocumentFragment | undefined;
  const bar = content?.firstElementChild;
  if (!bar) return;
  bar.setAttribute("data-bar-shown", "");
  bar.querySelector("[data-show]")?.addEventListener("click", () => void load(element, true));
  element.prepend(bar);
}

/** The region's content as the server has it now; null where it could not be had. */
async function fetchMarkup(element: HTMLElement): Promise<string | null> {
  const response = await fetch(element.dataset["region"] ?? "", { headers: { Accept: "text/html", "X-Region": "true" }, cache: "no-store" });
  if (response.redirected || response.status === 401) return null;
  // What one may no longer see leaves the screen.
  if (response.status === 403 || response.status === 404) return "";
  return response.ok ? response.text() : null;
}

async function load(element: HTMLElement, wanted: boolean): Promise<void> {
  const region = regionOf(element);
  if (region.fetching) {
    region.again = true;
    return;
  }
  region.fetching = true;
  try {
    const markup = await fetchMarkup(element);
    if (markup !== null && element.isConnected) place(element, markup, wanted);
  } catch {
    // Without a network nothing changes; coming back joins again and asks for what was missed.
  } finally {
    region.fetching = false;
  }
  if (region.again) {
    region.again = false;
    ask(element);
  }
}

function place(element: HTMLElement, markup: string, wanted: boolean): void {
  if (!wanted && regionOf(element).shown === comparable(markup)) return;
  const mustLeave = markup === "";
  if (wanted || mustLeave || (!isBusy(element) && !("showChange" in element.dataset))) swap(element, markup);
  else showBar(element);
}

/** News comes in bursts and to everyone at once: gather it, and spread the requests of a full room a little. */
function ask(element: HTMLElement): void {
  const region = regionOf(element);
  if (region.timer) return;
  region.timer = window.setTimeout(
    () => {
      region.timer = 0;
      void load(element, false);
    },
    gatherMilliseconds + Math.random() * spreadMilliseconds,
  );
}

function regions(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(selector)];
}

function showCount(news: News): void {
  const question = CSS.escape(String(news["question"]));
  const values = { voted: String(news["voted"]), of: String(news["of"]) };
  for (const text of document.querySelectorAll<HTMLElement>(`[data-count-for="${question}"]`)) {
    text.textContent = text.dataset["words"] ? words(text, "words", values) : values.voted;
  }
  for (const bar of document.querySelectorAll<HTMLProgressElement>(`[data-progress-for="${question}"]`)) {
    if (news["of"] !== undefined) bar.max = Number(news["of"]);
    bar.value = Number(news["voted"]);
  }
}

function showState(news: News): void {
  const subject = CSS.escape(`${news.kind}:${String(news[news.kind] ?? news["id"])}`);
  for (const element of document.querySelectorAll<HTMLElement>(`[data-state-of="${subject}"]`)) element.dataset["state"] = String(news["state"]);
}

/** A ballot that was loaded while the question was armed opens in place: no herd of requests meets the vote. A ruling on an open vote is shown anew. */
function isReadyFor(news: News, element: HTMLElement): boolean {
  if (news.kind === "block" && news["state"] === "open") {
    return element.querySelector(`form[data-block="${CSS.escape(String(news["block"]))}"]`) !== null && element.querySelector("form[action$='/open']") === null;
  }
  if (news.kind !== "question" || news["state"] !== "open" || news["ruled"] === true) return false;
  return element.querySelector(`form[data-vote][data-question="${CSS.escape(String(news["question"]))}"]`) !== null && element.querySelector("form[action$='/open']") === null;
}

listen("news", (news) => {
  if (news["voted"] !== undefined) showCount(news);
  if (news["state"] !== undefined) showState(news);
  for (const element of regions()) {
    if ((element.dataset["on"] ?? "").split(/[\s,]+/).includes(news.kind) && !isReadyFor(news, element)) ask(element);
  }
});
listen("refresh", () => regions().forEach(ask));
// What a form shows of its own earlier answers is inside it, and follows each.
listen("answered", (form) => {
  for (const own of form.querySelectorAll<HTMLElement>(selector)) void load(own, true);
});
listen("stayed", (form) => {
  const own = form.closest<HTMLElement>(selector);
  if (own) void load(own, true);
});

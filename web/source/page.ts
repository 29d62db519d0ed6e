// What every module shares: the CSRF token, words from data-attributes, the spoken line, one way to post JSON.

/** The words of an element's data-words-NAME (or any data attribute), each {placeholder} filled in. */
export function words(element: HTMLElement, name: string, values: Record<string, string | number> = {}): string {
  return (element.dataset[name] ?? "").replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** Puts a sentence into the page's status line, where it is seen and read out, and takes it away again later. */
export function say(sentence: string): void {
  const line = document.querySelector<HTMLElement>("body > [data-said]");
  if (!line || !sentence) return;
  line.textContent = sentence;
  window.setTimeout(() => {
    if (line.textContent === sentence) line.textContent = "";
  }, 8000);
}

/** Shows a refusal inside `place` and moves the focus to it; an empty sentence hides it. */
export function refuse(place: ParentNode, sentence: string): void {
  const slot = place.querySelector<HTMLElement>("[data-refusal]");
  if (!slot) return say(sentence);
  slot.textContent = sentence;
  slot.hidden = sentence === "";
  if (sentence) slot.focus({ preventScroll: false });
}

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** A session that has got a new identity gives a new token; every form on the page takes it. */
export function takeCsrfToken(token: unknown): void {
  if (typeof token !== "string" || !token) return;
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  for (const field of document.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]')) field.value = token;
}

export interface Answer {
  status: number;
  /** The server sent us somewhere else: the person is signed out. */
  elsewhere: boolean;
  body: Record<string, unknown>;
}

/** POSTs JSON. A network failure or a time-out throws; every answer of the server, good or bad, is returned. */
export async function postJSON(url: string, body: unknown, seconds = 15): Promise<Answer> {
  return ask(url, seconds, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() }, body: JSON.stringify(body) });
}

/** GETs JSON, with the same promise. */
export async function fetchJSON(url: string, seconds = 15): Promise<Answer> {
  return ask(url, seconds, { headers: { Accept: "application/json" } });
}

async function ask(url: string, seconds: number, options: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(seconds * 1000), cache: "no-store" });
  const text = await response.text();
  let parsed: unknown = {};
  try {
    parsed = JSON.parse(text);
  } catch {
    // An answer without JSON has no message of its own.
  }
  const given = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  return { status: response.status, elsewhere: response.redirected, body: given };
}

/** The sentence of a JSON answer, or "". */
export function messageOf(answer: Answer): string {
  return typeof answer.body["message"] === "string" ? answer.body["message"] : "";
}

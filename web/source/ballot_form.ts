// The form of one ballot: what is chosen and typed in it, whether that is new, what its status line says.
import { asKept } from "./ballot_challenge";
import { words } from "./page";
import { waitingBallot, type Draft } from "./waiting_ballots";

const everyForm = "form[data-vote]";

export function forms(within: ParentNode = document): HTMLFormElement[] {
  return [...within.querySelectorAll<HTMLFormElement>(everyForm)];
}

export function formOf(event: Event): HTMLFormElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLFormElement>(everyForm) : null;
}

/** Which ballot a form is for: a page may hold one's own and those one casts for others. */
export function nameOf({ dataset }: HTMLFormElement): string {
  return `${dataset["voter"]}:${dataset["question"]}:${dataset["member"] ?? ""}`;
}

/** The form may have been replaced while an answer was on its way. */
export function current(form: HTMLFormElement): HTMLFormElement {
  return form.isConnected ? form : (forms().find((other) => nameOf(other) === nameOf(form)) ?? form);
}

export function chosen(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name="choice"]:checked');
}

export function opinion(form: HTMLFormElement): HTMLTextAreaElement | null {
  return form.querySelector<HTMLTextAreaElement>('textarea[name="text"]');
}

export function reserved(form: HTMLFormElement): HTMLTextAreaElement | null {
  return form.querySelector<HTMLTextAreaElement>('textarea[name="reserved"]');
}

/** The box beside a disagreement; "request a discussion" is an answer of its own. */
export function request(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[type="checkbox"][name="discuss"]');
}

/** What a radio button stands for: several of a form may be the same choice, with and without words. */
function choiceOf(radio: HTMLInputElement): string {
  return radio.dataset["choice"] ?? radio.value;
}

/** Words go with "another opinion", and on a form with `data-comments` with every answer. */
function takesWords(form: HTMLFormElement, choice: string): boolean {
  return choice === "other" || "comments" in form.dataset;
}

function takesRequest(radio: HTMLInputElement): boolean {
  return choiceOf(radio) === "no";
}

export function draft(form: HTMLFormElement): Draft | null {
  const radio = chosen(form);
  const values = { text: opinion(form)?.value ?? "", reserved: reserved(form)?.value ?? "", asked: request(form)?.checked ?? false };
  return radio ? draftFrom(form, radio, values) : null;
}

/** The ballot that stands, as the form was made with it; null where there is none. */
export function standingDraft(form: HTMLFormElement): Draft | null {
  const radio = radios(form).find((each) => each.defaultChecked);
  const values = { text: opinion(form)?.defaultValue ?? "", reserved: reserved(form)?.defaultValue ?? "", asked: request(form)?.defaultChecked ?? false };
  return radio ? draftFrom(form, radio, values) : null;
}

function draftFrom(form: HTMLFormElement, radio: HTMLInputElement, values: { text: string; reserved: string; asked: boolean }): Draft {
  const choice = choiceOf(radio);
  return {
    choice,
    text: takesWords(form, choice) ? asKept(values.text) : "",
    discuss: "discuss" in radio.dataset || (values.asked && takesRequest(radio)),
    reserved: asKept(values.reserved),
  };
}

function radios(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>('input[type="radio"][name="choice"]')];
}

/** The radio button that says this: of several with the same choice the one that asks for a discussion, or for words, as it does. */
function radioFor(form: HTMLFormElement, { choice, text, discuss = false }: Draft): HTMLInputElement | null {
  const same = radios(form).filter((radio) => choiceOf(radio) === choice);
  const asks = same.filter((radio) => "discuss" in radio.dataset === discuss);
  const candidates = asks.length > 0 ? asks : same;
  return candidates.find((radio) => "needsWords" in radio.dataset === (text !== "")) ?? candidates[0] ?? null;
}

export function choose(form: HTMLFormElement, given: Draft): void {
  const radio = radioFor(form, given);
  if (radio) radio.checked = true;
  const [words_, kept, asked] = [opinion(form), reserved(form), request(form)];
  if (words_ && takesWords(form, given.choice)) words_.value = given.text;
  if (kept) kept.value = given.reserved ?? "";
  if (kept?.value) kept.closest("details")?.setAttribute("open", "");
  if (asked && radio) asked.checked = takesRequest(radio) && (given.discuss ?? false);
}

/** The words of an answer, as the form offers it. */
export function labelOf(form: HTMLFormElement, answer: Draft): string {
  return radioFor(form, answer)?.dataset["label"] ?? answer.choice;
}

/** What to say to who has not written what the chosen answer needs; "" where nothing is wanting. */
export function wanting(form: HTMLFormElement, made: Draft): string {
  if (made.text) return "";
  const radio = chosen(form);
  if (radio?.dataset["needsWords"]) return radio.dataset["needsWords"];
  if (made.discuss) return words(form, "wordsWriteWhy");
  return made.choice === "other" ? words(form, "wordsWrite") : "";
}

/** Makes an answer the one that stands, against which a change is told. */
export function setStanding(form: HTMLFormElement, answer: Draft): void {
  const standing = radioFor(form, answer);
  for (const each of radios(form)) each.defaultChecked = each === standing;
  for (const field of [opinion(form), reserved(form)]) if (field) field.defaultValue = field.value;
  const asked = request(form);
  if (asked) asked.defaultChecked = asked.checked;
  form.toggleAttribute("data-recorded", true);
}

/** Nothing stands any more: the form is as before the first answer. What is typed stays to be sent again, or not. */
export function clearStanding(form: HTMLFormElement): void {
  for (const each of radios(form)) each.defaultChecked = each.checked = false;
  for (const field of [opinion(form), reserved(form)]) if (field) field.defaultValue = "";
  const asked = request(form);
  if (asked) asked.defaultChecked = asked.checked = false;
  form.toggleAttribute("data-recorded", false);
}

/** Whether what is chosen differs from the ballot that already stands. */
function isNew(form: HTMLFormElement): boolean {
  const made = draft(form);
  return made !== null && (!chosen(form)?.defaultChecked || JSON.stringify(made) !== JSON.stringify(standingDraft(form)));
}

export function update(form: HTMLFormElement): void {
  const waiting = waitingBallot(form) !== null;
  const fields = form.querySelector("fieldset");
  const button = form.querySelector<HTMLButtonElement>("[data-send]");
  if (fields) fields.disabled = waiting;
  if (button) {
    button.disabled = waiting || form.dataset["state"] !== "open" || !isNew(form);
    const label = words(form, form.hasAttribute("data-recorded") ? "wordsReplace" : "wordsSend");
    if (label && button.textContent !== label) button.textContent = label;
  }
  const recall = form.querySelector<HTMLButtonElement>("[data-recall]");
  if (recall) recall.disabled = waiting || form.dataset["state"] !== "open";
  const asked = request(form);
  const radio = chosen(form);
  if (asked) asked.disabled = !radio || !takesRequest(radio);
}

export function status(form: HTMLFormElement, sentence: string, waiting: boolean): void {
  const line = form.querySelector<HTMLElement>("[data-vote-status]");
  if (line) line.textContent = sentence;
  form.toggleAttribute("data-waiting", waiting);
}

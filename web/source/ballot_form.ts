// The form of one ballot: what is chosen and typed in it, whether that is new, what its status line says.
import { asKept } from "./ballot_challenge";
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

/** Words go with "another opinion", and on a form with `data-comments` with every answer. */
function takesWords(form: HTMLFormElement, choice: string): boolean {
  return choice === "other" || "comments" in form.dataset;
}

export function draft(form: HTMLFormElement): Draft | null {
  const choice = chosen(form)?.value;
  if (choice === undefined) return null;
  return { choice, text: takesWords(form, choice) ? asKept(opinion(form)?.value ?? "") : "" };
}

function option(form: HTMLFormElement, choice: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`input[name="choice"][value="${CSS.escape(choice)}"]`);
}

export function choose(form: HTMLFormElement, { choice, text }: Draft): void {
  const radio = option(form, choice);
  const field = opinion(form);
  if (radio) radio.checked = true;
  if (field && takesWords(form, choice)) field.value = text;
}

/** The words of a choice, as the form offers it. */
export function labelOf(form: HTMLFormElement, choice: string): string {
  return option(form, choice)?.dataset["label"] ?? choice;
}

/** Makes a choice the one that stands, against which a change is told. */
export function setStanding(form: HTMLFormElement, choice: string): void {
  for (const each of form.querySelectorAll<HTMLInputElement>('input[name="choice"]')) each.defaultChecked = each.value === choice;
  const field = opinion(form);
  if (field) field.defaultValue = field.value;
  form.toggleAttribute("data-recorded", true);
}

/** Whether what is chosen differs from the ballot that already stands. */
function isNew(form: HTMLFormElement): boolean {
  const radio = chosen(form);
  if (!radio) return false;
  const field = opinion(form);
  return !radio.defaultChecked || (takesWords(form, radio.value) && field !== null && field.value !== field.defaultValue);
}

export function update(form: HTMLFormElement): void {
  const waiting = waitingBallot(form) !== null;
  const fields = form.querySelector("fieldset");
  const button = form.querySelector<HTMLButtonElement>("[data-send]");
  if (fields) fields.disabled = waiting;
  if (button) button.disabled = waiting || form.dataset["state"] !== "open" || !isNew(form);
}

export function status(form: HTMLFormElement, sentence: string, waiting: boolean): void {
  const line = form.querySelector<HTMLElement>("[data-vote-status]");
  if (line) line.textContent = sentence;
  form.toggleAttribute("data-waiting", waiting);
}

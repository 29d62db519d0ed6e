// An answer that came after the end: it does not count, and its words stay on this device, to be copied, until their writer removes them.
import { formOf, labelOf } from "./ballot_form";
import { say, words } from "./page";
import { dropDraft, type Draft } from "./waiting_ballots";

interface Late {
  /** What the server said, or the page where nothing was sent. */
  sentence: string;
  text: string;
}

function key({ dataset }: HTMLFormElement): string {
  return `late:${dataset["voter"]}:${dataset["question"]}:${dataset["member"] ?? ""}`;
}

function placeOf(form: HTMLFormElement): HTMLElement | null {
  return form.querySelector<HTMLElement>("[data-late]");
}

/** Keeps the words of an answer that was refused for coming too late, and says whether it did. One without words is a choice that its writer knows. */
export function keepLate(form: HTMLFormElement, answer: Draft, sentence: string): boolean {
  const { text, reserved = "" } = answer;
  if (!placeOf(form) || (!text && !reserved)) return false;
  const kept = reserved ? `${words(form, "wordsReserved")}: ${reserved}` : "";
  const late: Late = { sentence, text: [labelOf(form, answer), text, kept].filter(Boolean).join("\n\n") };
  localStorage.setItem(key(form), JSON.stringify(late));
  showLate(form);
  return true;
}

/** Brings what was kept before the eyes of who has just sent it. */
export function goToLate(form: HTMLFormElement): void {
  const place = placeOf(form);
  if (!place) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: false });
}

/** What was typed and never sent before the end is kept in the same way. */
export function keepUnsent(form: HTMLFormElement, draft: Draft | null): void {
  if (!draft || !placeOf(form) || localStorage.getItem(key(form))) return;
  keepLate(form, draft, words(form, "wordsUnsent"));
  dropDraft(form);
}

/** Shows what is kept, after a reload too. */
export function showLate(form: HTMLFormElement): void {
  const place = placeOf(form);
  const stored = localStorage.getItem(key(form));
  if (!place) return;
  place.hidden = stored === null;
  if (stored === null) return;
  const late = JSON.parse(stored) as Late;
  const [sentence, field] = [place.querySelector("[data-late-sentence]"), place.querySelector<HTMLTextAreaElement>("textarea")];
  if (sentence) sentence.textContent = late.sentence;
  if (field) field.value = field.defaultValue = late.text;
}

async function copy(form: HTMLFormElement): Promise<void> {
  const field = placeOf(form)?.querySelector<HTMLTextAreaElement>("textarea");
  if (!field) return;
  field.select();
  // Without a secure connection the browser gives no clipboard: the text is marked then, ready for the keyboard's own copy.
  const isCopied = await navigator.clipboard?.writeText(field.value).then(
    () => true,
    () => false,
  );
  say(words(form, isCopied ? "wordsCopied" : "wordsMarked"));
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy-late], [data-drop-late]") : null;
  const form = button ? formOf(event) : null;
  if (!button || !form) return;
  if (button.matches("[data-copy-late]")) return void copy(form);
  localStorage.removeItem(key(form));
  dropDraft(form);
  showLate(form);
});

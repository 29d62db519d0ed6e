// The ballot: chosen without haste, sent once, never lost. What was chosen or typed is never touched by news from the room.
import { messageOf, postJSON, refuse, words, type Answer } from "./page";
import { dispatch, listen } from "./news";
import { askForCode } from "./step_up";
import { draftOf, dropAllDrafts, dropBallot, dropDraft, keepBallot, keepDraft, waitingBallot, type Ballot, type Draft } from "./waiting_ballots";

const firstRetryMilliseconds = 1000;
const longestRetryMilliseconds = 15000;

interface Sending {
  inFlight: boolean;
  timer: number;
  pause: number;
  /** Someone must act first (a code, signing in), so nothing is repeated by itself. */
  held: boolean;
}

const sendings = new Map<string, Sending>();

function sendingOf(form: HTMLFormElement): Sending {
  const question = `${form.dataset["voter"]}:${form.dataset["question"]}`;
  const sending = sendings.get(question) ?? { inFlight: false, timer: 0, pause: firstRetryMilliseconds, held: false };
  sendings.set(question, sending);
  return sending;
}

function forms(): HTMLFormElement[] {
  return [...document.querySelectorAll<HTMLFormElement>("form[data-vote]")];
}

/** The form may have been replaced while an answer was on its way. */
function current(form: HTMLFormElement): HTMLFormElement {
  if (form.isConnected) return form;
  return forms().find(({ dataset }) => dataset["question"] === form.dataset["question"] && dataset["voter"] === form.dataset["voter"]) ?? form;
}

function chosen(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name="choice"]:checked');
}

function opinion(form: HTMLFormElement): HTMLTextAreaElement | null {
  return form.querySelector<HTMLTextAreaElement>('textarea[name="text"]');
}

/** Words go with "another opinion", and on a form with `data-comments` with every answer. */
function takesWords(form: HTMLFormElement, choice: string): boolean {
  return choice === "other" || "comments" in form.dataset;
}

function draft(form: HTMLFormElement): Draft | null {
  const choice = chosen(form)?.value;
  if (choice === undefined) return null;
  return { choice, text: takesWords(form, choice) ? (opinion(form)?.value.trim() ?? "") : "" };
}

function choose(form: HTMLFormElement, { choice, text }: Draft): void {
  const radio = form.querySelector<HTMLInputElement>(`input[name="choice"][value="${CSS.escape(choice)}"]`);
  const field = opinion(form);
  if (radio) radio.checked = true;
  if (field && takesWords(form, choice)) field.value = text;
}

/** Whether what is chosen differs from the ballot that already stands. */
function isNew(form: HTMLFormElement): boolean {
  const radio = chosen(form);
  if (!radio) return false;
  const field = opinion(form);
  return !radio.defaultChecked || (takesWords(form, radio.value) && field !== null && field.value !== field.defaultValue);
}

function update(form: HTMLFormElement): void {
  const waiting = waitingBallot(form) !== null;
  const fields = form.querySelector("fieldset");
  const button = form.querySelector<HTMLButtonElement>("[data-send]");
  if (fields) fields.disabled = waiting;
  if (button) button.disabled = waiting || form.dataset["state"] !== "open" || !isNew(form);
}

function status(form: HTMLFormElement, sentence: string, waiting: boolean): void {
  const line = form.querySelector<HTMLElement>("[data-vote-status]");
  if (line) line.textContent = sentence;
  form.toggleAttribute("data-waiting", waiting);
}

function showRecorded(form: HTMLFormElement, ballot: Ballot, answer: Answer): void {
  const choice = String(answer.body["choice"] ?? ballot.choice);
  const radio = form.querySelector<HTMLInputElement>(`input[name="choice"][value="${CSS.escape(choice)}"]`);
  for (const option of form.querySelectorAll<HTMLInputElement>('input[name="choice"]')) option.defaultChecked = option === radio;
  const field = opinion(form);
  if (field) field.defaultValue = field.value;
  form.toggleAttribute("data-recorded", true);
  dropDraft(form);
  status(form, words(form, "wordsRecorded", { number: String(answer.body["number"]), choice: radio?.dataset["label"] ?? choice }), false);
}

function showRefused(form: HTMLFormElement, sentence: string): void {
  dropBallot(form);
  status(form, "", false);
  update(form);
  refuse(form, sentence);
}

function retryLater(form: HTMLFormElement): void {
  const sending = sendingOf(form);
  status(form, words(form, "wordsWaiting"), true);
  window.clearTimeout(sending.timer);
  sending.timer = window.setTimeout(() => void send(current(form)), sending.pause * (0.8 + Math.random() * 0.4));
  sending.pause = Math.min(sending.pause * 2, longestRetryMilliseconds);
}

function askThenSend(form: HTMLFormElement): void {
  const sending = sendingOf(form);
  sending.held = true;
  const again = (): void => {
    sending.held = false;
    void send(current(form));
  };
  const giveUp = (): void => {
    sending.held = false;
    dropBallot(form);
    status(current(form), "", false);
    update(current(form));
  };
  askForCode(form, again, giveUp);
}

function holdForSignIn(form: HTMLFormElement): void {
  sendingOf(form).held = true;
  status(form, words(form, "wordsSignedOut"), true);
}

/** What each answer of the server means for the ballot that was sent. */
function take(form: HTMLFormElement, ballot: Ballot, answer: Answer): void {
  if (answer.elsewhere) return holdForSignIn(form);
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return retryLater(form);
  if (answer.status === 401) return answer.body["error"] === "STEP_UP_NEEDED" ? askThenSend(form) : holdForSignIn(form);
  if (answer.status >= 400) return showRefused(form, messageOf(answer) || words(form, "wordsForbidden"));
  dropBallot(form);
  showRecorded(form, ballot, answer);
  update(form);
  // Nothing is half-made any more: what the room did meanwhile, such as the close, may show.
  dispatch("stayed", form);
}

async function send(form: HTMLFormElement): Promise<void> {
  const sending = sendingOf(form);
  const ballot = waitingBallot(form);
  if (!ballot || sending.inFlight || sending.held) return;
  sending.inFlight = true;
  window.clearTimeout(sending.timer);
  if (!form.hasAttribute("data-waiting")) status(form, words(form, "wordsSending"), true);
  const answer = await postJSON(form.dataset["url"] ?? form.action, ballot, 10).catch(() => null);
  sending.inFlight = false;
  if (answer === null) return retryLater(current(form));
  if (answer.status < 400) sending.pause = firstRetryMilliseconds;
  take(current(form), ballot, answer);
}

function submit(form: HTMLFormElement): void {
  const made = draft(form);
  if (!made || form.dataset["state"] !== "open" || waitingBallot(form)) return;
  if (made.choice === "other" && !made.text) {
    refuse(form, words(form, "wordsWrite"));
    opinion(form)?.focus();
    return;
  }
  refuse(form, "");
  sendingOf(form).held = false;
  keepBallot(form, made);
  update(form);
  void send(form);
}

/** A ballot that was on its way, or a choice that was being made, is there again after a reload. */
function begin(form: HTMLFormElement): void {
  const waiting = waitingBallot(form);
  const kept = waiting ?? draftOf(form);
  if (kept && chosen(form)?.defaultChecked !== false) choose(form, kept);
  update(form);
  if (waiting) void send(form);
}

function voteForm(event: Event): HTMLFormElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLFormElement>("form[data-vote]") : null;
}

document.addEventListener("submit", (event) => {
  const form = voteForm(event);
  if (form) {
    event.preventDefault();
    submit(form);
  } else if (event.target instanceof Element && event.target.matches("[data-sign-out]")) dropAllDrafts();
});
document.addEventListener("input", (event) => {
  const form = voteForm(event);
  if (!form) return;
  const made = draft(form);
  if (made) keepDraft(form, made);
  refuse(form, "");
  update(form);
});
listen("news", (news) => {
  if (news.kind !== "question" || news["state"] === undefined) return;
  for (const form of forms()) {
    if (form.dataset["question"] !== String(news["question"] ?? news["id"])) continue;
    form.dataset["state"] = String(news["state"]);
    update(form);
  }
});
listen("swapped", (element) => element.querySelectorAll<HTMLFormElement>("form[data-vote]").forEach(begin));
const sendWaiting = (): void => forms().forEach((form) => void send(form));
listen("connected", sendWaiting);
window.addEventListener("online", sendWaiting);
forms().forEach(begin);

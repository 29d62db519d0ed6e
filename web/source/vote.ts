// The ballot: chosen without haste, sent once, never lost. What was chosen or typed is never touched by news from the room.
import { choose, chosen, current, draft, formOf, forms, nameOf, opinion, status, update, wanting } from "./ballot_form";
import { clearReceipt, showStanding, takeReceipt } from "./ballot_receipt";
import { goToLate, keepLate, keepUnsent, showLate } from "./late_answers";
import { messageOf, postJSON, refuse, words, type Answer } from "./page";
import { dispatch, listen } from "./news";
import { bindBallot, hasPasskey } from "./passkeys";
import { askForCode } from "./step_up";
import { draftOf, dropAllDrafts, dropBallot, dropDraft, keepBallot, keepDraft, signBallot, waitingBallot, type Ballot } from "./waiting_ballots";

const firstRetryMilliseconds = 1000;
const longestRetryMilliseconds = 15000;

interface Sending {
  inFlight: boolean;
  timer: number;
  pause: number;
  /** Someone must act first (a code, a passkey, signing in), so nothing is repeated by itself. */
  held: boolean;
}

const sendings = new Map<string, Sending>();

function sendingOf(form: HTMLFormElement): Sending {
  const sending = sendings.get(nameOf(form)) ?? { inFlight: false, timer: 0, pause: firstRetryMilliseconds, held: false };
  sendings.set(nameOf(form), sending);
  return sending;
}

async function showRecorded(form: HTMLFormElement, ballot: Ballot, answer: Answer): Promise<void> {
  status(form, words(form, "wordsChecking", { number: String(answer.body["number"]) }), true);
  const show = await takeReceipt(form, ballot, answer.body);
  const now = current(form);
  dropBallot(now);
  dropDraft(now);
  show(now);
  update(now);
  keepFocus(now);
  now.querySelector("[data-vote-receipt]")?.scrollIntoView({ block: "nearest" });
  dispatch("answered", now);
  // Nothing is half-made any more: what the room did meanwhile, such as the close, may show.
  dispatch("stayed", now);
}

/** The button that was pressed is disabled now and lets the focus fall; the part of the page that follows the room takes it. */
function keepFocus(form: HTMLFormElement): void {
  const place = form.closest<HTMLElement>("[data-region]") ?? form.querySelector<HTMLElement>("[data-vote-receipt]");
  if (!place || (document.activeElement !== document.body && !form.contains(document.activeElement))) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

function showRefused(form: HTMLFormElement, sentence: string): void {
  giveUp(form);
  refuse(form, sentence);
}

function retryLater(form: HTMLFormElement): void {
  const sending = sendingOf(form);
  status(form, words(form, "wordsWaiting"), true);
  window.clearTimeout(sending.timer);
  sending.timer = window.setTimeout(() => void send(current(form)), sending.pause * (0.8 + Math.random() * 0.4));
  sending.pause = Math.min(sending.pause * 2, longestRetryMilliseconds);
}

function sendAgain(form: HTMLFormElement): void {
  sendingOf(form).held = false;
  void send(current(form));
}

/** The ballot is not sent; the choice stays as it is, and what stood in the box before stands. */
function giveUp(form: HTMLFormElement): void {
  const now = current(form);
  sendingOf(form).held = false;
  dropBallot(now);
  status(now, "", false);
  update(now);
  void showStanding(now, () => current(now));
}

/** Has the device's owner sign this very ballot; says whether they did. */
async function sign(form: HTMLFormElement, ballot: Ballot): Promise<boolean> {
  const { question = "", seen = "", member = "" } = form.dataset;
  const { cast_id, choice, text, discuss, reserved } = ballot;
  const assertion = await bindBallot(form, { cast_id, choice, text, discuss, reserved, member, question, seen: ballot.seen ?? seen }).catch(() => null);
  if (assertion) signBallot(current(form), ballot, assertion);
  return assertion !== null;
}

/** The server wants to be sure who is voting: a passkey signs the ballot, or a code renews the lease; then the same ballot goes again. */
async function proveThenSend(form: HTMLFormElement, ballot: Ballot): Promise<void> {
  sendingOf(form).held = true;
  if (hasPasskey(form) && !ballot.assertion && (await sign(form, ballot))) return sendAgain(form);
  askForCode(
    current(form),
    () => sendAgain(form),
    () => giveUp(form),
  );
}

function holdForSignIn(form: HTMLFormElement): void {
  sendingOf(form).held = true;
  status(form, words(form, "wordsSignedOut"), true);
}

/** What each answer of the server means for the ballot that was sent. */
async function take(form: HTMLFormElement, ballot: Ballot, answer: Answer): Promise<void> {
  if (answer.elsewhere) return holdForSignIn(form);
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return retryLater(form);
  if (answer.status === 401) return answer.body["error"] === "STEP_UP_NEEDED" ? void proveThenSend(form, ballot) : holdForSignIn(form);
  if (answer.status >= 400) {
    const sentence = messageOf(answer) || words(form, "wordsForbidden");
    const isLate = answer.body["error"] === "TOO_LATE" || answer.body["error"] === "NOT_OPEN";
    if (!isLate || !keepLate(form, ballot, sentence)) return showRefused(form, sentence);
    giveUp(form);
    return goToLate(current(form));
  }
  return showRecorded(form, ballot, answer);
}

async function send(form: HTMLFormElement): Promise<void> {
  const sending = sendingOf(form);
  const ballot = waitingBallot(form);
  if (!ballot || sending.inFlight || sending.held) return;
  sending.inFlight = true;
  window.clearTimeout(sending.timer);
  clearReceipt(form);
  if (!form.hasAttribute("data-waiting")) status(form, words(form, "wordsSending"), true);
  try {
    const answer = await postJSON(form.dataset["url"] ?? form.action, ballot, 10).catch(() => null);
    if (answer === null) return retryLater(current(form));
    if (answer.status < 400) sending.pause = firstRetryMilliseconds;
    await take(current(form), ballot, answer);
  } finally {
    sending.inFlight = false;
  }
}

async function submit(form: HTMLFormElement): Promise<void> {
  const made = draft(form);
  if (!made || form.dataset["state"] !== "open" || waitingBallot(form)) return;
  const sentence = wanting(form, made);
  if (sentence) {
    refuse(form, sentence);
    opinion(form)?.focus();
    return;
  }
  refuse(form, "");
  const signsEach = "signBallots" in form.dataset && hasPasskey(form);
  sendingOf(form).held = signsEach;
  const ballot = keepBallot(form, made);
  update(form);
  if (!signsEach) return send(form);
  status(form, words(form, "wordsSending"), true);
  if (await sign(form, ballot)) sendAgain(form);
  else showRefused(form, words(form, "wordsNotSigned"));
}

/** A ballot that was on its way, or a choice that was being made, is there again after a reload. */
function begin(form: HTMLFormElement): void {
  const waiting = waitingBallot(form);
  const kept = "over" in form.dataset ? null : (waiting ?? draftOf(form));
  if (kept && chosen(form)?.defaultChecked !== false) choose(form, kept);
  update(form);
  if ("over" in form.dataset && !waiting) keepUnsent(form, draftOf(form));
  showLate(form);
  if (waiting) void send(form);
  else void showStanding(form, () => current(form));
}

document.addEventListener("submit", (event) => {
  const form = formOf(event);
  if (form) {
    event.preventDefault();
    void submit(form);
  } else if (event.target instanceof Element && event.target.matches("[data-sign-out]")) dropAllDrafts();
});
document.addEventListener("input", (event) => {
  const form = formOf(event);
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
listen("swapped", (element) => forms(element).forEach(begin));
const sendWaiting = (): void => forms().forEach((form) => void send(form));
listen("connected", sendWaiting);
window.addEventListener("online", sendWaiting);
forms().forEach(begin);

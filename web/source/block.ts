// The one ballot for a block: chosen without haste, sent once, never lost; the receipt of each item is checked here before it has a tick.
import type { Canonical } from "./canonical";
import { keyOf } from "./ballot_receipt";
import { witness } from "./kept_checkpoints";
import { keepReceipt, keptReceipt } from "./kept_receipts";
import { dispatch, listen } from "./news";
import { fetchJSON, messageOf, postJSON, refuse, words, type Answer } from "./page";
import { allFit, checkReceipt, stateOf } from "./receipt_check";
import { receiptOf } from "./receipts";
import { askForCode } from "./step_up";

const everyForm = "form[data-block]";
const retryMilliseconds = 2000;

interface BlockBallot {
  mark: string;
  choice: string;
  /** What the page showed of each question. */
  seen: Record<string, string>;
  /** The membership it is cast for, where that is not the voter's own. */
  member?: string;
}

type Found = "fits" | "unfit" | "unchecked" | "refused";

const inFlight = new Set<string>();
const held = new Set<string>();

function forms(within: ParentNode = document): HTMLFormElement[] {
  return [...within.querySelectorAll<HTMLFormElement>(everyForm)];
}

/** Which ballot a form is for; it stands under this name on the device, so that no other person's session sends it. */
function nameOf({ dataset }: HTMLFormElement): string {
  return `block:${dataset["voter"]}:${dataset["block"]}:${dataset["member"] ?? ""}`;
}

function current(form: HTMLFormElement): HTMLFormElement {
  return form.isConnected ? form : (forms().find((other) => nameOf(other) === nameOf(form)) ?? form);
}

function waiting(form: HTMLFormElement): BlockBallot | null {
  const kept = localStorage.getItem(nameOf(form));
  return kept ? (JSON.parse(kept) as BlockBallot) : null;
}

function lines(form: HTMLFormElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>("[data-receipt-of]")];
}

function chosen(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name="choice"]:checked');
}

function update(form: HTMLFormElement): void {
  const isWaiting = waiting(form) !== null;
  const fields = form.querySelector("fieldset");
  const button = form.querySelector<HTMLButtonElement>("[data-send]");
  if (fields) fields.disabled = isWaiting;
  if (button) button.disabled = isWaiting || form.dataset["state"] !== "open" || !chosen(form);
}

function status(form: HTMLFormElement, sentence: string, isWaiting: boolean): void {
  const place = form.querySelector<HTMLElement>("[data-block-status]");
  if (place) place.textContent = sentence;
  form.toggleAttribute("data-waiting", isWaiting);
}

function show(line: HTMLElement, found: Found, sentence: string, code = ""): void {
  line.dataset["found"] = found;
  const said = line.querySelector<HTMLElement>("[data-said]");
  const shown = line.querySelector<HTMLElement>("[data-code-shown]");
  if (said) said.textContent = sentence;
  if (shown) shown.textContent = code;
}

/** Checks one receipt by itself and against what this device saw of the box, and keeps what was found. */
async function judge(form: HTMLFormElement, question: string, answer: unknown, fields: Readonly<Record<string, Canonical>>): Promise<{ found: Found; alarm: string }> {
  const receipt = receiptOf(answer);
  if (!receipt) return { found: "unfit", alarm: "" };
  const key = keyOf(form);
  const { steps } = await checkReceipt(receipt, { question, key, types: ["cast", "paper"], fields });
  const { number, code, checkpoint } = receipt;
  const met = allFit(steps) ? await witness(checkpoint, key, question) : null;
  const isWhole = met === "fits" && stateOf(steps, "signature") === "fits";
  const found = met === null || met === "broken" || met === "other_key" ? "unfit" : isWhole ? "fits" : "unchecked";
  keepReceipt(form.dataset["voter"] ?? "", question, { number, code, checkpoint, found: met === null ? "unfit" : isWhole ? "fits" : "unchecked" });
  return { found, alarm: met === "broken" ? "wordsBroken" : met === "other_key" ? "wordsOtherKey" : "" };
}

function sentenceOf(form: HTMLFormElement, found: Found, number: number, alarm: string): string {
  const name = found === "fits" ? "wordsRecorded" : found === "unfit" ? "wordsUnfit" : "wordsUnchecked";
  return [words(form, name, { number }), alarm && words(form, alarm)].filter(Boolean).join(" ");
}

async function showBallot(form: HTMLFormElement, ballot: BlockBallot, answer: Record<string, unknown>): Promise<void> {
  const question = String(answer["question"]);
  const number = Number(answer["number"]);
  const { member = "", by = member } = form.dataset;
  const fields = { member, by, cast_id: `${ballot.mark}-${question}`, choice: ballot.choice, ...(ballot.seen[question] ? { seen: ballot.seen[question] } : {}) };
  const { found, alarm } = await judge(form, question, answer, fields).catch(() => ({ found: "unchecked" as const, alarm: "" }));
  const line = lines(current(form)).find((each) => each.dataset["receiptOf"] === question);
  if (!line) return;
  Object.assign(line.dataset, { number: String(number), code: String(answer["code"]), choice: ballot.choice });
  show(line, found, sentenceOf(form, found, number, alarm), String(answer["code"]));
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

async function showRecorded(form: HTMLFormElement, ballot: BlockBallot, answer: Answer): Promise<void> {
  const ballots = listOf(answer.body["ballots"]);
  await Promise.all(ballots.map((each) => showBallot(form, ballot, each)));
  const now = current(form);
  for (const refused of listOf(answer.body["refused"])) {
    const line = lines(now).find((each) => each.dataset["receiptOf"] === String(refused["question"]));
    if (line && !line.dataset["number"]) show(line, "refused", String(refused["message"] ?? ""));
  }
  localStorage.removeItem(nameOf(now));
  const radio = chosen(now);
  if (radio) radio.defaultChecked = true;
  status(now, words(now, "wordsAll", { count: ballots.length }), false);
  update(now);
  // Nothing is half-made any more: what the room did meanwhile may show.
  dispatch("stayed", now);
}

function giveUp(form: HTMLFormElement, sentence = ""): void {
  const now = current(form);
  held.delete(nameOf(now));
  localStorage.removeItem(nameOf(now));
  status(now, "", false);
  update(now);
  refuse(now, sentence);
}

function hold(form: HTMLFormElement, sentence: string): void {
  held.add(nameOf(form));
  status(form, sentence, true);
}

function askCode(form: HTMLFormElement): void {
  held.add(nameOf(form));
  askForCode(
    form,
    () => {
      held.delete(nameOf(form));
      void send(current(form));
    },
    () => giveUp(form),
  );
}

function retryLater(form: HTMLFormElement): void {
  status(form, words(form, "wordsWaiting"), true);
  window.setTimeout(() => void send(current(form)), retryMilliseconds * (0.8 + Math.random() * 0.4));
}

/** What each answer of the server means for the ballot that was sent. */
async function take(form: HTMLFormElement, ballot: BlockBallot, answer: Answer): Promise<void> {
  if (answer.elsewhere) return hold(form, words(form, "wordsSignedOut"));
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return retryLater(form);
  if (answer.status === 401) return answer.body["error"] === "STEP_UP_NEEDED" ? askCode(form) : hold(form, words(form, "wordsSignedOut"));
  if (answer.status >= 400) return giveUp(form, messageOf(answer) || words(form, "wordsForbidden"));
  return showRecorded(form, ballot, answer);
}

async function send(form: HTMLFormElement): Promise<void> {
  const name = nameOf(form);
  const ballot = waiting(form);
  if (!ballot || inFlight.has(name) || held.has(name)) return;
  inFlight.add(name);
  status(form, words(form, "wordsSending"), true);
  try {
    const answer = await postJSON(form.dataset["url"] ?? form.action, ballot).catch(() => null);
    if (answer === null) retryLater(current(form));
    else await take(current(form), ballot, answer);
  } finally {
    inFlight.delete(name);
  }
}

function submit(form: HTMLFormElement): void {
  const choice = chosen(form)?.value;
  if (!choice || form.dataset["state"] !== "open" || waiting(form)) return;
  refuse(form, "");
  const { member, byProxy } = form.dataset;
  const seen = Object.fromEntries(lines(form).map(({ dataset }) => [dataset["receiptOf"] ?? "", dataset["seen"] ?? ""]));
  const ballot: BlockBallot = { mark: crypto.randomUUID(), choice, seen, ...(member && byProxy !== undefined ? { member } : {}) };
  localStorage.setItem(nameOf(form), JSON.stringify(ballot));
  update(form);
  void send(form);
}

/** A ballot that stands in the box: as this device checked it, or after fetching its receipt. */
async function showStanding(form: HTMLFormElement, line: HTMLElement): Promise<void> {
  const { receiptOf: question = "", number: written, code = "", choice = "" } = line.dataset;
  if (!written) return;
  const number = Number(written);
  const kept = keptReceipt(form.dataset["voter"] ?? "", question, number);
  if (kept && kept.found !== "unchecked" && kept.code === code) return show(line, kept.found, sentenceOf(form, kept.found, number, ""), code);
  const answer = await fetchJSON(`/questions/${encodeURIComponent(question)}/ballots/${number}/receipt`).catch(() => null);
  if (!answer || answer.status >= 400 || answer.elsewhere) return show(line, "unchecked", sentenceOf(form, "unchecked", number, ""), code);
  const fields = { member: form.dataset["member"] ?? "", choice };
  const { found, alarm } = await judge(form, question, answer.body, fields).catch(() => ({ found: "unchecked" as const, alarm: "" }));
  show(line, found, sentenceOf(form, found, number, alarm), code);
}

function begin(form: HTMLFormElement): void {
  const ballot = waiting(form);
  const stands = ballot?.choice ?? lines(form).find(({ dataset }) => dataset["number"])?.dataset["choice"];
  const radio = stands ? form.querySelector<HTMLInputElement>(`input[name="choice"][value="${CSS.escape(stands)}"]`) : null;
  if (radio) radio.checked = radio.defaultChecked = true;
  update(form);
  if (ballot) void send(form);
  else for (const line of lines(form)) void showStanding(form, line);
}

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches(everyForm)) return;
  event.preventDefault();
  submit(event.target);
});
document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>(everyForm) : null;
  if (!form) return;
  refuse(form, "");
  update(form);
});
listen("news", (news) => {
  if (news.kind !== "block" || news["state"] === undefined) return;
  for (const form of forms()) {
    if (form.dataset["block"] !== String(news["block"])) continue;
    form.dataset["state"] = String(news["state"]);
    update(form);
  }
});
listen("swapped", (element) => forms(element).forEach(begin));
const sendWaiting = (): void => forms().forEach((form) => void send(form));
listen("connected", sendWaiting);
window.addEventListener("online", sendWaiting);
forms().forEach(begin);

// The receipt under a ballot: shown as recorded only after this page has checked it by itself.
import type { Canonical } from "./canonical";
import { clearStanding, labelOf, setStanding, standingDraft, status } from "./ballot_form";
import { witness, type Witness } from "./kept_checkpoints";
import { keepReceipt, keptReceipt } from "./kept_receipts";
import { fetchJSON, words } from "./page";
import { allFit, checkReceipt, stateOf, type Expected, type Step } from "./receipt_check";
import { receiptOf, type Key, type Receipt } from "./receipts";
import type { Ballot, Draft } from "./waiting_ballots";

/** What the form says of its ballot: everything fits; it does not; it was not checked yet; or the box itself is not what it was. */
type Verdict = "fits" | "unfit" | "unchecked" | "alarm";

export function keyOf({ dataset }: HTMLElement): Key {
  return { name: dataset["keyName"] ?? "", publicKey: dataset["publicKey"] ?? "" };
}

/** Checks the receipt of the ballot that was sent, and shows what became of it. */
export async function takeReceipt(form: HTMLFormElement, ballot: Ballot, answer: Record<string, unknown>): Promise<(form: HTMLFormElement) => void> {
  const receipt = receiptOf(answer);
  const number = receipt?.number ?? Number(answer["number"]);
  const code = receipt?.code ?? String(answer["code"] ?? "");
  const expected = expectedOf(form, { types: ["cast"], fields: sentFields(form, ballot) });
  const shown = receipt ? await judge(form, receipt, expected) : unfit;
  if (!receipt && Number.isSafeInteger(number)) keepReceipt(form.dataset["voter"] ?? "", expected.question, { number, code, checkpoint: "", found: "unfit" });
  return (now) => {
    setStanding(now, ballot);
    show(now, shown, { number, code, answer: ballot });
  };
}

/** Shows the ballot that stands in the box: as this device checked it, or after fetching its receipt. */
export async function showStanding(form: HTMLFormElement, now: () => HTMLFormElement): Promise<void> {
  const { voter = "", question = "", number: written, code = "", standing: choice = "" } = form.dataset;
  if (!written) return;
  const answer = standingDraft(form) ?? { choice, text: "" };
  const number = Number(written);
  const kept = keptReceipt(voter, question, number);
  if (kept?.found === "fits" && kept.code === code) return show(form, fitting, { number, code, answer });
  if (kept?.found === "unfit") return show(form, unfit, { number, code, answer });
  status(form, words(form, "wordsChecking", { number }), false);
  const fetched = await fetchJSON(`/questions/${encodeURIComponent(question)}/ballots/${number}/receipt`).catch(() => null);
  const expected = expectedOf(form, { types: ["cast", "paper"], number, code: kept?.code ?? code, fields: { member: form.dataset["member"] ?? "", choice } });
  let shown: Shown = unchecked;
  if (fetched && fetched.status < 400 && !fetched.elsewhere) {
    const receipt = receiptOf(fetched.body);
    shown = receipt && (kept?.code ?? code) === code ? await judge(form, receipt, expected) : unfit;
  }
  // Meanwhile another ballot may have been sent from here.
  if (now().dataset["number"] === written) show(now(), shown, { number, code, answer });
}

interface Shown {
  verdict: Verdict;
  /** The names of the data-words of what has to be said besides. */
  notes: string[];
}

const fitting: Shown = { verdict: "fits", notes: [] };
const unfit: Shown = { verdict: "unfit", notes: [] };
const unchecked: Shown = { verdict: "unchecked", notes: [] };

/** Everything that was sent has to stand in the entry, and nothing else in its place. */
function sentFields(form: HTMLFormElement, { cast_id, choice, text, discuss = false, reserved = "", seen }: Ballot): Record<string, Canonical> {
  const { member = "", by = member } = form.dataset;
  return { member, by, cast_id, choice, text, discuss, reserved, ...(seen ? { seen } : {}) };
}

function expectedOf(form: HTMLFormElement, more: Omit<Expected, "question" | "key">): Expected {
  return { question: form.dataset["question"] ?? "", key: keyOf(form), ...more };
}

/** A device that cannot check, for want of room to keep anything or of the browser's own cryptography, says so and shows no tick. */
function judge(form: HTMLFormElement, receipt: Receipt, expected: Expected): Promise<Shown> {
  return judged(form, receipt, expected).catch(() => unchecked);
}

async function judged(form: HTMLFormElement, receipt: Receipt, expected: Expected): Promise<Shown> {
  const { steps } = await checkReceipt(receipt, expected);
  const { number, code, checkpoint } = receipt;
  const met = allFit(steps) ? await witness(checkpoint, expected.key, expected.question) : null;
  const isWhole = met === "fits" && stateOf(steps, "signature") === "fits";
  keepReceipt(form.dataset["voter"] ?? "", expected.question, { number, code, checkpoint, found: met === null ? "unfit" : isWhole ? "fits" : "unchecked" });
  return met === null ? unfit : withWitness(steps, met);
}

function withWitness(steps: readonly Step[], met: Witness): Shown {
  if (met === "broken") return { verdict: "alarm", notes: ["wordsBroken"] };
  if (met === "other_key") return { verdict: "alarm", notes: ["wordsOtherKey"] };
  const notes = [stateOf(steps, "signature") === "unchecked" ? "wordsUnsigned" : "", met === "uncompared" ? "wordsUncompared" : ""];
  return { verdict: "fits", notes: notes.filter(Boolean) };
}

const sentences: Record<Verdict, string> = { fits: "wordsRecorded", unfit: "wordsUnfit", unchecked: "wordsUnchecked", alarm: "wordsRecordedOnly" };

const recallSentences: Record<Verdict, string> = { ...sentences, fits: "wordsRecalled", alarm: "wordsRecalledOnly" };

/** Checks the receipt of a recall, and returns how to show that nothing of the member stands any more. */
export async function takeRecall(form: HTMLFormElement, castId: string, answer: Record<string, unknown>): Promise<(form: HTMLFormElement) => void> {
  const receipt = receiptOf(answer);
  const { member = "", by = member } = form.dataset;
  const expected = expectedOf(form, { types: ["recalled"], fields: { member, by, cast_id: castId } });
  const { verdict, notes } = receipt ? await judge(form, receipt, expected) : unfit;
  return (now) => {
    clearStanding(now);
    for (const name of ["number", "code", "standing"]) delete now.dataset[name];
    now.dataset["receipt"] = verdict;
    showSaid(now, receipt?.code ?? "", notes);
    status(now, words(now, recallSentences[verdict], { number: receipt?.number ?? "–" }), false);
  };
}

function show(form: HTMLFormElement, { verdict, notes }: Shown, { number, code, answer }: { number: number; code: string; answer: Draft }): void {
  Object.assign(form.dataset, { receipt: verdict, number: String(number), code, standing: answer.choice });
  showSaid(form, code, notes);
  status(form, words(form, sentences[verdict], { number, choice: labelOf(form, answer) }), false);
}

function showSaid(form: HTMLFormElement, code: string, notes: readonly string[]): void {
  const place = form.querySelector<HTMLElement>("[data-vote-code]");
  if (place) place.textContent = code;
  const note = form.querySelector<HTMLElement>("[data-vote-note]");
  if (note) note.textContent = notes.map((name) => words(form, name)).join(" ");
}

/** Takes away what was said of an earlier ballot while another is on its way. */
export function clearReceipt(form: HTMLFormElement): void {
  delete form.dataset["receipt"];
  for (const place of form.querySelectorAll("[data-vote-code], [data-vote-note]")) place.textContent = "";
}

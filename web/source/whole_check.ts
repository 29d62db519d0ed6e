// Everything that can be checked of one ballot: its receipt, what this device saw before, and the closing entry once there is one.
import type { Canonical } from "./canonical";
import { proof, witness, type Witness } from "./kept_checkpoints";
import { keepReceipt, keptReceipt } from "./kept_receipts";
import { fetchJSON } from "./page";
import { allFit, checkReceipt, step, type Checked, type Expected, type Step } from "./receipt_check";
import { continues, entryOf, receiptOf, type Key, type Receipt } from "./receipts";

export interface Asked {
  question: string;
  key: Key;
  voter: string;
  number: number;
  type: string;
  fields: Readonly<Record<string, Canonical>>;
  code?: string;
  /** The number of the closing entry, once there is one. */
  closing?: number;
  /** The member who has to stand among those without a ballot. */
  missing?: string;
}

export interface Finding {
  steps: Step[];
  receipt: Receipt | null;
  closing: Receipt | null;
  /** The consistency proof from the receipt's checkpoint to that of the closing entry. */
  path: string[] | null;
  size: number | null;
  met: Witness | null;
}

/** A receipt as it is saved in a file. */
interface Saved {
  about: "e-Cabinet receipt";
  question: string;
  key: { name: string; public_key: string };
  receipt: Receipt;
  closing: Receipt | null;
  consistency: string[] | null;
}

const deviceStates = { fits: "fits", uncompared: "unchecked", broken: "unfit", other_key: "unfit" } as const;

/** Fetches and checks; null where the server gave no receipt just now. */
export async function checkBallot(asked: Asked): Promise<Finding | null> {
  const receipt = await fetchReceipt(asked.question, asked.number);
  if (!receipt) return null;
  const checked = await checkReceipt(receipt, expectedOf(asked));
  const steps = [...checked.steps, ...missingStep(checked, asked)];
  const finding: Finding = { steps, receipt, closing: null, path: null, size: checked.checkpoint?.size ?? null, met: null };
  holdAgainstKept(asked, receipt, steps);
  if (!allFit(steps)) return finding;
  finding.met = await witness(receipt.checkpoint, asked.key, asked.question);
  steps.push({ name: "device", state: deviceStates[finding.met] });
  const { number, code, checkpoint } = receipt;
  const isWhole = steps.every(({ state }) => state === "fits");
  if (asked.type !== "closed" && isWhole) keepReceipt(asked.voter, asked.question, { number, code, checkpoint, found: "fits" });
  if (asked.closing !== undefined && asked.closing !== asked.number) await followToClose(asked, asked.closing, checked, finding);
  return finding;
}

/** Checks a receipt from a file by what stands in it and by the key of this installation; null where the file is none. */
export async function checkSaved(written: string, key: Key): Promise<Finding | null> {
  const saved = readSaved(written);
  if (!saved) return null;
  const { question, receipt, closing, path } = saved;
  const entry = entryOf(receipt.entry);
  const checked = await checkReceipt(receipt, { question, key, types: [String(entry?.["type"])], fields: {} });
  const finding: Finding = { steps: checked.steps, receipt, closing, path, size: checked.checkpoint?.size ?? null, met: null };
  if (!allFit(checked.steps)) return finding;
  finding.met = await witness(receipt.checkpoint, key, question);
  finding.steps.push({ name: "device", state: deviceStates[finding.met] });
  if (closing && path) finding.steps.push(await closingStep(checked, await checkReceipt(closing, { question, key, types: ["closed"], fields: {} }), path));
  return finding;
}

/** What is written into the file of a saved receipt. */
export function savedFrom({ question, key }: Asked, { receipt, closing, path }: Finding): Saved | null {
  if (!receipt) return null;
  return { about: "e-Cabinet receipt", question, key: { name: key.name, public_key: key.publicKey }, receipt, closing, consistency: path };
}

function expectedOf({ question, key, type, fields, number, code }: Asked): Expected {
  return { question, key, types: [type], fields, number, ...(code === undefined ? {} : { code }) };
}

function missingStep({ entry }: Checked, { missing }: Asked): Step[] {
  if (missing === undefined) return [];
  const named = entry?.["missing"];
  return [step("missing", Array.isArray(named) && named.includes(missing))];
}

/** What this device found when the ballot was sent still holds: another code, or an entry that was not what was sent. */
function holdAgainstKept({ voter, question, number }: Asked, { code }: Receipt, steps: Step[]): void {
  const kept = keptReceipt(voter, question, number);
  for (const each of steps) {
    if ((each.name === "code" && kept && kept.code !== code) || (each.name === "entry" && kept?.found === "unfit")) each.state = "unfit";
  }
}

async function followToClose({ question, key }: Asked, number: number, mine: Checked, finding: Finding): Promise<void> {
  finding.closing = await fetchReceipt(question, number);
  const closing = finding.closing ? await checkReceipt(finding.closing, { question, key, types: ["closed"], fields: {}, number }) : null;
  if (finding.closing && closing?.checkpoint && mine.checkpoint) {
    finding.path = mine.checkpoint.size === closing.checkpoint.size ? [] : await proof(question, mine.checkpoint.size, closing.checkpoint.size);
  }
  if (!closing || !finding.closing || finding.path === null) {
    finding.steps.push({ name: "closing", state: closing && !allFit(closing.steps) ? "unfit" : "unchecked" });
    return;
  }
  const last = await closingStep(mine, closing, finding.path);
  finding.steps.push(last);
  if (last.state === "fits" && finding.met === "fits") await witness(finding.closing.checkpoint, key, question);
}

async function closingStep(mine: Checked, closing: Checked, path: readonly string[]): Promise<Step> {
  const [older, newer] = [mine.checkpoint, closing.checkpoint];
  return step("closing", allFit(closing.steps) && older !== null && newer !== null && (await continues(older, newer, path)));
}

async function fetchReceipt(question: string, number: number): Promise<Receipt | null> {
  const answer = await fetchJSON(`/questions/${encodeURIComponent(question)}/ballots/${number}/receipt`).catch(() => null);
  return answer && answer.status < 400 && !answer.elsewhere ? receiptOf(answer.body) : null;
}

function readSaved(written: string): { question: string; receipt: Receipt; closing: Receipt | null; path: string[] | null } | null {
  let saved: Partial<Record<keyof Saved, unknown>>;
  try {
    saved = JSON.parse(written) as typeof saved;
  } catch {
    return null;
  }
  const receipt = receiptOf(saved?.receipt);
  if (!receipt || typeof saved.question !== "string") return null;
  const path = Array.isArray(saved.consistency) && saved.consistency.every((each) => typeof each === "string") ? saved.consistency : null;
  return { question: saved.question, receipt, closing: receiptOf(saved.closing), path };
}

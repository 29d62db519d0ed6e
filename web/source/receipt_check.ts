// Checking a receipt step by step, so that a page can say what was checked and what was not.
import type { Canonical } from "./canonical";
import { checkpointOf, codeOf, entryOf, includes, leafOf, signatureOf, type Checkpoint, type Entry, type Key, type Receipt } from "./receipts";

export type StepName = "entry" | "code" | "tree" | "signature" | "device" | "closing" | "missing";
/** "unchecked": it could not be checked here and now; that says nothing against the receipt. */
export type State = "fits" | "unfit" | "unchecked";

export interface Step {
  name: StepName;
  state: State;
}

export interface Expected {
  question: string;
  key: Key;
  types: readonly string[];
  /** What the entry has to say besides; for one's own ballot everything that was sent. */
  fields: Readonly<Record<string, Canonical>>;
  number?: number;
  code?: string;
}

export interface Checked {
  steps: Step[];
  entry: Entry | null;
  checkpoint: Checkpoint | null;
}

const signatureStates = { good: "fits", bad: "unfit", unknown: "unchecked" } as const;

/** Checks a receipt by itself: the entry, its code, its place in the tree, the signature of the checkpoint. */
export async function checkReceipt(receipt: Receipt, expected: Expected): Promise<Checked> {
  const entry = entryOf(receipt.entry);
  const leaf = await leafOf(receipt.entry);
  const code = codeOf(leaf);
  const checkpoint = checkpointOf(receipt.checkpoint, expected.key, expected.question);
  const isIn = checkpoint !== null && (await includes(checkpoint, receipt.number, leaf, receipt.path));
  const steps: Step[] = [
    step("entry", entry !== null && says(entry, receipt, expected)),
    step("code", receipt.code === code && (expected.code ?? code) === code),
    step("tree", isIn),
    { name: "signature", state: checkpoint === null ? "unfit" : signatureStates[await signatureOf(checkpoint, expected.key)] },
  ];
  return { steps, entry, checkpoint };
}

export function step(name: StepName, fits: boolean): Step {
  return { name, state: fits ? "fits" : "unfit" };
}

/** Whether nothing speaks against it. What could not be checked here does not; it is said beside it. */
export function allFit(steps: readonly Step[]): boolean {
  return steps.every(({ state }) => state !== "unfit");
}

export function stateOf(steps: readonly Step[], name: StepName): State | undefined {
  return steps.find((each) => each.name === name)?.state;
}

function says(entry: Entry, receipt: Receipt, { question, types, fields, number }: Expected): boolean {
  const isThis = entry["question"] === question && entry["number"] === receipt.number && receipt.number === (number ?? receipt.number);
  const isNamed = types.includes(String(entry["type"])) && (entry["choice"] ?? "") === receipt.choice;
  return isThis && isNamed && Object.entries(fields).every(([name, value]) => entry[name] === value);
}

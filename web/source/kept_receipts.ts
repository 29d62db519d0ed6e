// The receipts of a voter on this device: number, code and checkpoint, never the choice. They outlive the tab and the sign-in, so that a
// member can hold the box against them later; only whoever clears the browser's storage removes them.

export interface KeptReceipt {
  number: number;
  code: string;
  checkpoint: string;
  /** What this page found when it came. One that did not fit what was sent stays so, whatever the server says later. */
  found: "fits" | "unfit" | "unchecked";
}

function key(voter: string, question: string): string {
  return `receipt:${voter}:${question}`;
}

function all(voter: string, question: string): Record<string, KeptReceipt> {
  const kept = localStorage.getItem(key(voter, question));
  return kept ? (JSON.parse(kept) as Record<string, KeptReceipt>) : {};
}

/** Keeps a receipt. What was found once under a number is not replaced by another code: there is one ballot of a number. */
export function keepReceipt(voter: string, question: string, receipt: KeptReceipt): void {
  const kept = keptReceipt(voter, question, receipt.number);
  if (kept?.found === "unfit" || (kept?.found === "fits" && kept.code !== receipt.code)) return;
  localStorage.setItem(key(voter, question), JSON.stringify({ ...all(voter, question), [receipt.number]: receipt }));
}

export function keptReceipt(voter: string, question: string, number: number): KeptReceipt | null {
  return all(voter, question)[number] ?? null;
}

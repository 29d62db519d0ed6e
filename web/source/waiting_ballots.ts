// A ballot on its way, kept on this device until its receipt is there, and the choice of a form that is not yet sent.
// Both belong to one voter: another person's session on the same device never sees or sends them.

export interface Ballot {
  cast_id: string;
  choice: string;
  text: string;
}

export type Draft = Omit<Ballot, "cast_id">;

type Kind = "ballot" | "draft";

function key(kind: Kind, form: HTMLFormElement): string {
  return `${kind}:${form.dataset["voter"] ?? ""}:${form.dataset["question"] ?? ""}`;
}

function read<Stored>(kind: Kind, form: HTMLFormElement): Stored | null {
  const stored = sessionStorage.getItem(key(kind, form));
  return stored ? (JSON.parse(stored) as Stored) : null;
}

export function waitingBallot(form: HTMLFormElement): Ballot | null {
  return read<Ballot>("ballot", form);
}

/** Keeps the ballot before it is first sent; the same `cast_id` goes with every repetition. */
export function keepBallot(form: HTMLFormElement, draft: Draft): Ballot {
  const ballot = { cast_id: crypto.randomUUID(), ...draft };
  sessionStorage.setItem(key("ballot", form), JSON.stringify(ballot));
  return ballot;
}

export function dropBallot(form: HTMLFormElement): void {
  sessionStorage.removeItem(key("ballot", form));
}

export function draftOf(form: HTMLFormElement): Draft | null {
  return read<Draft>("draft", form);
}

export function keepDraft(form: HTMLFormElement, draft: Draft): void {
  sessionStorage.setItem(key("draft", form), JSON.stringify(draft));
}

export function dropDraft(form: HTMLFormElement): void {
  sessionStorage.removeItem(key("draft", form));
}

/** Signing out leaves no half-made choice behind for the next person. */
export function dropAllDrafts(): void {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("draft:")) sessionStorage.removeItem(name);
}

// A ballot on its way, kept on this device until its receipt is there, and the choice of a form that is not yet sent.
// Both belong to one voter: another person's session on the same device never sees or sends them. The ballot outlives its tab, so that
// closing it without a network loses nothing; the half-made choice does not.
import type { Assertion } from "./passkeys";

export interface Draft {
  choice: string;
  text: string;
  /** Whether the member asks that the matter be discussed in a meeting; in writing only. */
  discuss?: boolean;
  /** An opinion kept on record beside the choice. */
  reserved?: string;
}

export interface Ballot extends Draft {
  cast_id: string;
  /** What was on the screen when it was sent, as the page knew it. */
  seen?: string;
  /** The membership it is cast for, where that is not the voter's own. */
  member?: string;
  /** What a passkey signed for this very ballot. */
  assertion?: Assertion;
}

type Kind = "ballot" | "draft";

function key(kind: Kind, form: HTMLFormElement): string {
  const { voter = "", question = "", member = "" } = form.dataset;
  return `${kind}:${voter}:${question}:${member}`;
}

function storeOf(kind: Kind): Storage {
  return kind === "ballot" ? localStorage : sessionStorage;
}

function read<Stored>(kind: Kind, form: HTMLFormElement): Stored | null {
  const stored = storeOf(kind).getItem(key(kind, form));
  return stored ? (JSON.parse(stored) as Stored) : null;
}

export function waitingBallot(form: HTMLFormElement): Ballot | null {
  return read<Ballot>("ballot", form);
}

/** Keeps the ballot before it is first sent; the same `cast_id` goes with every repetition. */
export function keepBallot(form: HTMLFormElement, draft: Draft): Ballot {
  const { seen, member, byProxy } = form.dataset;
  const ballot = { cast_id: crypto.randomUUID(), ...draft, ...(seen ? { seen } : {}), ...(member && byProxy !== undefined ? { member } : {}) };
  storeOf("ballot").setItem(key("ballot", form), JSON.stringify(ballot));
  return ballot;
}

/** Adds what a passkey signed for it, so that every repetition carries it too. */
export function signBallot(form: HTMLFormElement, ballot: Ballot, assertion: Assertion): void {
  storeOf("ballot").setItem(key("ballot", form), JSON.stringify({ ...ballot, assertion }));
}

export function dropBallot(form: HTMLFormElement): void {
  storeOf("ballot").removeItem(key("ballot", form));
}

export function draftOf(form: HTMLFormElement): Draft | null {
  return read<Draft>("draft", form);
}

export function keepDraft(form: HTMLFormElement, draft: Draft): void {
  storeOf("draft").setItem(key("draft", form), JSON.stringify(draft));
}

export function dropDraft(form: HTMLFormElement): void {
  storeOf("draft").removeItem(key("draft", form));
}

/** Signing out leaves no half-made choice behind for the next person. */
export function dropAllDrafts(): void {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("draft:")) sessionStorage.removeItem(name);
}

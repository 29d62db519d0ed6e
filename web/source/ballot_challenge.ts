// What a passkey signs for one ballot: SHA-256 over the canonical form of the ballot, as docs/box-format.md says.
import { canonical } from "./canonical";

export interface SignedBallot {
  cast_id: string;
  choice: string;
  text: string;
  discuss: boolean;
  reserved: string;
  member: string;
  question: string;
  seen: string;
}

// What the server takes off both ends of a text; it is not quite what `trim` takes off.
const blank = "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const ends = new RegExp(`^${blank}|${blank}$`, "g");

/** A text as the server keeps it: without NUL, lone surrogates, and blanks at its ends. */
export function asKept(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, "").replace(ends, "");
}

export function signedText(ballot: SignedBallot): string {
  const { cast_id, choice, text, discuss, reserved, member, question, seen } = ballot;
  return canonical({ cast_id, choice, text: asKept(text), discuss, reserved: asKept(reserved), member, question, seen });
}

export async function challengeOf(ballot: SignedBallot): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(signedText(ballot))));
}

// What this device remembers of the installation, whoever uses it: who signs, and the newest checkpoint of each ballot box. A box that was
// rewritten does not continue what a device has seen; so every tablet is a witness.
import { fetchJSON } from "./page";
import { checkpointOf, continues, type Checkpoint, type Key } from "./receipts";

/** "uncompared": there was no network for the proof; it will be asked for the next time. */
export type Witness = "fits" | "uncompared" | "broken" | "other_key";

const keyName = "installation-key";

/** Holds a checkpoint whose signature was checked against what this device has seen, and keeps the newer of the two. */
export async function witness(note: string, key: Key, question: string): Promise<Witness> {
  // Two forms of one page, or two windows, must not overwrite each other's newer checkpoint.
  return navigator.locks.request("checkpoints", async () => {
    if (!isKeptKey(key)) return "other_key";
    const given = checkpointOf(note, key, question);
    if (!given) return "broken";
    const kept = checkpointOf(localStorage.getItem(`checkpoint:${question}`) ?? "", key, question);
    const found = kept ? await compare(kept, given, question) : "fits";
    if (found === "fits" && (!kept || given.size > kept.size)) localStorage.setItem(`checkpoint:${question}`, note);
    return found;
  });
}

/** Takes another key as this installation's, once people have confirmed it. What was signed by the old one is no witness any more. */
export function trustKey(key: Key): void {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("checkpoint:") || name.startsWith("receipt:")) localStorage.removeItem(name);
  }
  localStorage.setItem(keyName, written(key));
}

function written({ name, publicKey }: Key): string {
  return JSON.stringify([name, publicKey]);
}

/** The name of the key that this device knows the installation by, or "". */
export function keptKeyName(): string {
  const kept = localStorage.getItem(keyName);
  return kept === null ? "" : String((JSON.parse(kept) as unknown[])[0] ?? "");
}

/** The first key that a device meets is kept. */
function isKeptKey(key: Key): boolean {
  if (localStorage.getItem(keyName) === null) localStorage.setItem(keyName, written(key));
  const isKept = localStorage.getItem(keyName) === written(key);
  // A demonstration that is made anew has a new key each time.
  if (!isKept && "demonstration" in document.body.dataset) trustKey(key);
  return isKept || "demonstration" in document.body.dataset;
}

async function compare(kept: Checkpoint, given: Checkpoint, question: string): Promise<Witness> {
  const [older, newer] = kept.size <= given.size ? [kept, given] : [given, kept];
  const path = older.size === newer.size ? [] : await proof(question, older.size, newer.size);
  if (path === null) return "uncompared";
  return (await continues(older, newer, path)) ? "fits" : "broken";
}

/** The consistency proof between two sizes; null where the network or the server does not give one now. A server that refuses has none. */
export async function proof(question: string, from: number, to: number): Promise<string[] | null> {
  const answer = await fetchJSON(`/questions/${encodeURIComponent(question)}/consistency?from=${from}&to=${to}`).catch(() => null);
  if (!answer || answer.elsewhere || answer.status >= 500 || answer.status === 401 || answer.status === 429) return null;
  const path = answer.body["path"];
  return Array.isArray(path) && path.every((each) => typeof each === "string") ? path : ["none"];
}

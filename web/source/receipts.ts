// What a receipt proves, recomputed here: the leaf and its code, the way to the root, the signature, and that one tree continues another.
// Written from docs/box-format.md; it touches neither the page nor the network.
import { canonical, type Canonical } from "./canonical";

export interface Receipt {
  number: number;
  choice: string;
  code: string;
  entry: string;
  checkpoint: string;
  path: string[];
}

/** Who signs for this installation. */
export interface Key {
  name: string;
  /** 32 bytes of Ed25519, base64. */
  publicKey: string;
}

/** A checkpoint as read from its note; the signature has still to be checked. */
export interface Checkpoint {
  size: number;
  root: Bytes;
  signed: Bytes;
  signature: Bytes;
}

export type Signature = "good" | "bad" | "unknown";
export type Entry = Readonly<Record<string, Canonical>>;
type Bytes = Uint8Array<ArrayBuffer>;

const hashBytes = 32;
const signatureBytes = 64;
const keyIdBytes = 4;
const codeBytes = 10;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const text = new TextEncoder();

/** Reads what the server answered; null where it is no receipt. */
export function receiptOf(answer: unknown): Receipt | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { number, choice, code, entry, checkpoint, path } = answer as Record<string, unknown>;
  const texts = [choice ?? "", code, entry, checkpoint];
  if (!Number.isSafeInteger(number) || !texts.every((each) => typeof each === "string") || !Array.isArray(path)) return null;
  if (!path.every((each) => typeof each === "string" && /^[0-9a-f]{64}$/.test(each))) return null;
  return { number, choice: choice ?? "", code, entry, checkpoint, path } as Receipt;
}

/** Reads an entry; null where its bytes are not the canonical form of an object. */
export function entryOf(written: string): Entry | null {
  try {
    const entry = JSON.parse(written) as Canonical;
    return typeof entry === "object" && entry !== null && !Array.isArray(entry) && canonical(entry) === written ? (entry as Entry) : null;
  } catch {
    return null;
  }
}

export async function leafOf(entry: string): Promise<Bytes> {
  return sha256(Uint8Array.of(0), text.encode(entry));
}

/** The first ten bytes of a leaf in base32, sixteen signs in four groups. */
export function codeOf(leaf: Bytes): string {
  let bits = "";
  for (const byte of leaf.subarray(0, codeBytes)) bits += byte.toString(2).padStart(8, "0");
  const signs = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join("");
  return (signs.match(/.{4}/g) ?? []).join("-");
}

/** Reads a signed note of this question under this name; null where it has another form, question or name. */
export function checkpointOf(note: string, key: Key, question: string): Checkpoint | null {
  const [origin, size, root, empty, line, end, ...more] = note.split("\n");
  const prefix = `— ${key.name} `;
  if (origin !== `${key.name}/questions/${question}` || !/^(0|[1-9]\d{0,14})$/.test(size ?? "")) return null;
  if (empty !== "" || !line?.startsWith(prefix) || end !== "" || more.length > 0) return null;
  const [rootBytes, signature] = [fromBase64(root ?? ""), fromBase64(line.slice(prefix.length))];
  if (rootBytes?.length !== hashBytes || signature?.length !== keyIdBytes + signatureBytes) return null;
  return { size: Number(size), root: rootBytes, signed: text.encode(`${origin}\n${size}\n${root}\n`), signature };
}

/** Says whether the key signed the checkpoint; "unknown" where this browser has no Ed25519. */
export async function signatureOf(checkpoint: Checkpoint, key: Key): Promise<Signature> {
  const publicKey = fromBase64(key.publicKey);
  if (publicKey?.length !== hashBytes) return "bad";
  const id = (await sha256(text.encode(`${key.name}\n`), Uint8Array.of(1), publicKey)).subarray(0, keyIdBytes);
  if (!equal(id, checkpoint.signature.subarray(0, keyIdBytes))) return "bad";
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return error instanceof DOMException && error.name === "NotSupportedError" ? "unknown" : "bad";
  }
  const isGood = await crypto.subtle.verify({ name: "Ed25519" }, imported, checkpoint.signature.subarray(keyIdBytes), checkpoint.signed);
  return isGood ? "good" : "bad";
}

/** Whether a leaf is the entry of this number in the tree of the checkpoint: RFC 9162, section 2.1.3.2. */
export async function includes(checkpoint: Checkpoint, number: number, leaf: Bytes, path: readonly string[]): Promise<boolean> {
  if (number < 0 || number >= checkpoint.size) return false;
  let [place, last, hash] = [number, checkpoint.size - 1, leaf];
  for (const step of path) {
    const beside = fromHexadecimal(step);
    if (last === 0 || !beside) return false;
    if (place % 2 === 1 || place === last) {
      hash = await node(beside, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else hash = await node(hash, beside);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equal(hash, checkpoint.root);
}

/** Whether the newer tree begins with everything that is in the older one: RFC 9162, section 2.1.4.2. */
export async function continues(older: Checkpoint, newer: Checkpoint, path: readonly string[]): Promise<boolean> {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return path.length === 0;
  const steps = path.map(fromHexadecimal);
  let [place, last] = [older.size - 1, newer.size - 1];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  const first = place === 0 ? older.root : steps.shift();
  if (!first || steps.includes(null)) return false;
  let [before, after] = [first, first];
  for (const beside of steps as Bytes[]) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      [before, after] = [await node(beside, before), await node(beside, after)];
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else after = await node(after, beside);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equal(before, older.root) && equal(after, newer.root);
}

function half(size: number): number {
  return Math.floor(size / 2);
}

async function node(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(Uint8Array.of(1), left, right);
}

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

function equal(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

function fromHexadecimal(written: string): Bytes | null {
  return /^[0-9a-f]{64}$/.test(written) ? Uint8Array.from(written.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) : null;
}

/** Reads base64 with padding; null where it is written in any other way. */
function fromBase64(written: string): Bytes | null {
  try {
    const bytes = atob(written);
    return btoa(bytes) === written ? Uint8Array.from(bytes, (sign) => sign.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

// The canonical form of RFC 8785, as far as boxes use it: texts, whole numbers, truth values, null, lists and objects.
import { createHash } from "node:crypto";
import { must } from "./wrong.mjs";

function canonicalText(text) {
  must(text.isWellFormed(), "a text holds half a character");
  return JSON.stringify(text);
}

function canonicalNumber(number) {
  must(Number.isSafeInteger(number) && !Object.is(number, -0), "a number is not whole");
  return String(number);
}

function canonicalObject(object) {
  // Array.prototype.sort without a comparison orders by UTF-16 code units, as the RFC asks.
  const fields = Object.keys(object).sort();
  return `{${fields.map((name) => `${canonicalText(name)}:${canonical(object[name])}`).join(",")}}`;
}

/** The canonical form of a value; throws Wrong where the value has none. */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return canonicalText(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return canonicalObject(value);
}

/** Reads a text that has to be in canonical form; throws Wrong where it is not, also for a name that stands twice. */
export function readCanonical(text) {
  const value = readOrNull(text);
  must(value !== null && typeof value === "object" && !Array.isArray(value), "it is not a JSON object");
  must(canonical(value) === text, "it is not in canonical form");
  return value;
}

/** What a text says in JSON, or null. */
export function readOrNull(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** SHA-256 of the parts, one after another. */
export function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// The canonical form of RFC 8785 for what entries hold: texts, whole numbers, booleans, null, lists and objects of these.

export type Canonical = string | number | boolean | null | readonly Canonical[] | { readonly [name: string]: Canonical };

/** Writes a value in its one canonical form: names in the order of their UTF-16 code units, no spaces. */
export function canonical(value: Canonical): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, Canonical>)[name] ?? null)}`).join(",")}}`;
}

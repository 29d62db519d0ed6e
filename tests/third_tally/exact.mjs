// Exact numbers: fractions, and decimals as whole numbers on a common scale.

const DECIMAL = /^([0-9]+)(?:\.([0-9]+))?$/;
const FRACTION = /^([0-9]+)\/([0-9]+)$/;

/** Whether a text is a decimal of the format. */
export function isDecimal(text) {
  return typeof text === "string" && DECIMAL.test(text);
}

/** Whether a text is a fraction of the format. */
export function isFraction(text) {
  const match = typeof text === "string" && FRACTION.exec(text);
  return Boolean(match) && BigInt(match[2]) > 0n;
}

/** The two parts of a fraction. */
export function fraction(text) {
  const [, over, under] = FRACTION.exec(text);
  return { over: BigInt(over), under: BigInt(under) };
}

/** The most digits behind the point among some decimals. */
export function placesOf(decimals) {
  return Math.max(0, ...decimals.map((text) => DECIMAL.exec(text)[2]?.length ?? 0));
}

/** A decimal as a whole number of units of that many places. */
export function scaled(text, places) {
  const [, whole, part = ""] = DECIMAL.exec(text);
  return BigInt(whole + part.padEnd(places, "0"));
}

/** The decimal text of a scaled number: no exponent, no zeros at the end. */
export function decimalText(units, places) {
  if (places === 0) return String(units);
  const digits = String(units).padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, "");
}

/** Whether a part is at least the fraction of the whole, or more than it where it is strict. */
export function reaches(part, whole, text, strict) {
  const { over, under } = fraction(text);
  const difference = part * under - whole * over;
  return strict ? difference > 0n : difference >= 0n;
}

/** The sum of whole numbers. */
export function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0n);
}

// Small checks of the shape of a value. Each answers null where the value fits, or where in it the fault is.
import { isDecimal, isFraction } from "./exact.mjs";

/** @typedef {(value: unknown) => string | null} Shape */

const simple = (name, fits) => (value) => (fits(value) ? null : `: not ${name}`);
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** @type {Shape} */
export const text = simple("a text", (value) => typeof value === "string");
/** @type {Shape} */
export const whole = simple("a whole number", (value) => Number.isSafeInteger(value) && value >= 0);
/** @type {Shape} */
export const flag = simple("true or false", (value) => typeof value === "boolean");
/** @type {Shape} */
export const hash = simple("a SHA-256", (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
/** @type {Shape} */
export const decimal = simple("a decimal", isDecimal);
/** @type {Shape} */
export const fractionText = simple("a fraction", isFraction);
/** @type {Shape} */
export const object = simple("an object", isObject);
/** For what is only shown: the frozen rule's own words and dates. @type {Shape} */
export const anything = () => null;

/** One of the values named. */
export const oneOf = (...values) => simple(`one of ${values.join(" ")}`, (value) => values.includes(value));
/** Null, or of the shape. */
export const nullOr = (shape) => (value) => (value === null ? null : shape(value));
/** Of the first shape or else of the second. */
export const either = (first, second) => (value) => (first(value) === null ? null : second(value));

function firstFault(pairs, shapeOf) {
  for (const [name, value] of pairs) {
    const fault = shapeOf(name)(value);
    if (fault !== null) return `.${name}${fault}`;
  }
  return null;
}

/** A list of values of the shape. */
export const list = (shape) => (value) =>
  Array.isArray(value) ? firstFault(value.entries(), () => shape) : ": not a list";

/** A list in which nothing stands twice. */
export const distinct = (shape) => (value) =>
  list(shape)(value) ?? (new Set(value).size === value.length ? null : ": something stands twice");

/** An object from any names to values of the shape. */
export const record = (shape) => (value) =>
  isObject(value) ? firstFault(Object.entries(value), () => shape) : ": not an object";

/**
 * An object with exactly these fields, and perhaps some more.
 * @param {Record<string, Shape>} fields always there
 * @param {Record<string, Shape>} perhaps there or not
 * @returns {Shape}
 */
export const exactly = (fields, perhaps = {}) => (value) => {
  if (!isObject(value)) return ": not an object";
  const missing = Object.keys(fields).find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `: without ${missing}`;
  const known = new Map(Object.entries({ ...fields, ...perhaps }));
  const strange = Object.keys(value).find((name) => !known.has(name));
  if (strange !== undefined) return `: ${strange} does not belong there`;
  return firstFault(Object.entries(value), (name) => known.get(name));
};

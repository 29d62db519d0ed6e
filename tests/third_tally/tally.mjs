// The third tally of a ballot box, after the application's and the checker's, written from docs/box-format.md alone.
//
//   node tally.mjs FOLDER_OF_BOX [key.json]   one box, with its checkpoints.txt where there is one
//   node tally.mjs --stream                   {"entries": ["…", …]} a line on standard input; beside may stand
//                                             "checkpoints" (the text of checkpoints.txt), "key" (what is in key.json)
//
// Each box is answered by a line {"outcome", "figures", "missing", "root"}, the root in hexadecimal over the whole box.
// An annulled or taken out box has no figures and nobody missing (null), a box not yet closed no outcome either. A box that is wrong
// is answered by {"error", "number"}: the number of the first wrong entry, or null where no entry is to blame.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tally } from "./box.mjs";
import { readOrNull } from "./canonical.mjs";
import { Wrong, must } from "./wrong.mjs";

const LINE_FEED = 10;

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function linesOf(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) throw new Wrong("it does not end with a line feed", lines.length);
    const text = decoded(bytes.subarray(start, end));
    if (text === null) throw new Wrong("it is not in UTF-8", lines.length);
    lines.push(text);
    start = end + 1;
  }
  return lines;
}

function textOf(path) {
  const text = decoded(readFileSync(path));
  must(text !== null, `${path} is not in UTF-8`);
  return text;
}

function tallyFolder(folder, key) {
  const notes = join(folder, "checkpoints.txt");
  return tally(linesOf(readFileSync(join(folder, "entries.jsonl"))), {
    checkpoints: existsSync(notes) ? textOf(notes) : null,
    key: key ? JSON.parse(textOf(key)) : null,
  });
}

function tallyLine(line) {
  const { entries, checkpoints, key } = readOrNull(line) ?? {};
  must(Array.isArray(entries) && entries.every((entry) => typeof entry === "string"), "the line holds no entries");
  return tally(entries, { checkpoints, key });
}

function answered(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Wrong) return { error: error.message, number: error.number };
    throw error;
  }
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** The lines on standard input; Node's own reader would also divide them at U+2028, which may stand in a text. */
async function* lines() {
  process.stdin.setEncoding("utf8");
  let rest = "";
  for await (const chunk of process.stdin) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest !== "") yield rest;
}

async function stream() {
  for await (const line of lines()) say(answered(() => tallyLine(line)));
}

function one(folder, key) {
  const answer = answered(() => tallyFolder(folder, key));
  say(answer);
  if (answer.error) process.exitCode = 1;
}

const [folder, key] = process.argv.slice(2);
if (folder === "--stream") await stream();
else if (folder) one(folder, key);
else {
  process.stderr.write("node tally.mjs FOLDER_OF_BOX [key.json], or node tally.mjs --stream\n");
  process.exitCode = 2;
}

// Bundles web/source/<module>.ts and calls its functions as told on standard input: [[function, [arguments]], …]. Bytes travel as {"hex": …}.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const [web, module] = process.argv.slice(2);
const { build } = createRequire(join(web, "package.json"))("esbuild");
const built = await build({ entryPoints: [join(web, "source", `${module}.ts`)], bundle: true, format: "esm", write: false, target: "es2023" });
const functions = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

function revived(value) {
  if (value === null || typeof value !== "object") return value;
  if (typeof value.hex === "string") return Uint8Array.from(Buffer.from(value.hex, "hex"));
  return Array.isArray(value) ? value.map(revived) : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revived(each)]));
}

function told(value) {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (value === null || typeof value !== "object") return value;
  return Array.isArray(value) ? value.map(told) : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, told(each)]));
}

const answers = [];
for (const [name, given] of JSON.parse(await text(process.stdin))) answers.push(told(await functions[name](...given.map(revived))));
process.stdout.write(JSON.stringify(answers));

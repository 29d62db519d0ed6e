// Builds web/dist: bundled scripts and styles with hashed names, fonts, what pdf.js loads by itself, and manifest.json.
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const finished = join(here, "dist");
const dist = join(here, "node_modules", `.dist-${process.pid}`);
const pdfjs = join(here, "node_modules", "pdfjs-dist");
const pdfjsVersion = JSON.parse(await readFile(join(pdfjs, "package.json"), "utf8")).version;
const pdfjsFolder = `pdfjs-${pdfjsVersion}`;
const scripts = ["application", "agenda", "reader", "hall", "my_ballots"];
const styles = ["application", "reader"];

// Every browser we serve reads WOFF2; the older copy would only fill the folder.
const onlyWoff2 = {
  name: "only-woff2",
  setup(plugins) {
    plugins.onLoad({ filter: /@fontsource.*\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, ""),
      loader: "css",
    }));
  },
};

const shared = {
  absWorkingDir: here,
  outdir: dist,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "linked",
  target: ["chrome125", "firefox128", "safari17.5"],
  entryNames: "[name]-[hash]",
  chunkNames: "shared-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file", ".gif": "file", ".png": "file" },
};

/** The part of the manifest that one run of esbuild gives: {"application.js": "application-AB12.js"}. */
function named({ metafile }) {
  const entries = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(
    entries.map(([path, output]) => {
      const source = basename(output.entryPoint);
      return [`${source.slice(0, -extname(source).length)}${extname(path)}`, basename(path)];
    }),
  );
}

/** Copies a file under a name that carries its hash, and returns that name. */
async function hashedCopy(path) {
  const content = await readFile(path);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const name = `${basename(path, extname(path))}-${hash}${extname(path)}`;
  await writeFile(join(dist, name), content);
  return name;
}

/** What pdf.js fetches while it runs; the folder carries its version, so these may be cached for ever too. */
async function copyPdfjs() {
  const folder = join(dist, pdfjsFolder);
  await mkdir(folder, { recursive: true });
  await cp(join(pdfjs, "legacy", "build", "pdf.worker.min.mjs"), join(folder, "pdf.worker.min.mjs"));
  for (const directory of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
    await cp(join(pdfjs, directory), join(folder, directory), { recursive: true });
  }
}

await mkdir(dist, { recursive: true });
process.on("exit", () => rmSync(dist, { recursive: true, force: true }));
const [script, style] = await Promise.all([
  build({
    ...shared,
    entryPoints: scripts.map((name) => `source/${name}.ts`),
    format: "esm",
    splitting: true,
    define: { PDFJS_FOLDER: JSON.stringify(pdfjsFolder) },
  }),
  build({ ...shared, entryPoints: styles.map((name) => `styles/${name}.css`), plugins: [onlyWoff2] }),
]);
await copyPdfjs();
const manifest = { ...named(script), ...named(style), "seal.svg": await hashedCopy(join(here, "styles", "seal.svg")) };
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
// A server that runs meanwhile sees the old files or the new ones, never half of them.
await rm(finished, { recursive: true, force: true });
await rename(dist, finished);
// Otherwise esbuild's own process may keep this one from ending.
await stop();

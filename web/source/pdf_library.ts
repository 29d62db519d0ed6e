// pdf.js' viewer looks for its library in a global, so it is put there before the viewer is loaded. The build with its own
// polyfills is taken, because tablets are not renewed every year; scripting, XFA and eval stay off where it is used.
import * as library from "pdfjs-dist/legacy/build/pdf.mjs";

declare const PDFJS_FOLDER: string;

(globalThis as Record<string, unknown>)["pdfjsLib"] = library;

export const folder = new URL(`./${PDFJS_FOLDER}/`, import.meta.url).href;
library.GlobalWorkerOptions.workerSrc = `${folder}pdf.worker.min.mjs`;

export { library };

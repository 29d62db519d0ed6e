// The reader of papers: page one at once as an image, then the document itself, fetched by ranges as one turns its pages.
import { folder, library } from "./pdf_library";
import { EventBus, FindState, PDFFindController, PDFLinkService, PDFViewer } from "pdfjs-dist/legacy/web/pdf_viewer.mjs";
import { postJSON, refuse, words } from "./page";

const rangeBytes = 262144;
const placeMilliseconds = 1000;
const zoomStep = 1.2;
const smallest = 0.3;
const largest = 5;

interface Found {
  current: number;
  total: number;
}

/** pdf.js would put English names on its pages; ours come from the page, so it is given nothing to translate. */
const noWords = {
  getLanguage: () => document.documentElement.lang,
  getDirection: () => "ltr",
  get: () => Promise.resolve(""),
  translate: () => Promise.resolve(),
  translateOnce: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  pause: () => undefined,
  resume: () => undefined,
};

class Reader {
  readonly #bus = new EventBus();
  readonly #links = new PDFLinkService({ eventBus: this.#bus });
  readonly #viewer: PDFViewer;
  readonly #number: HTMLInputElement;
  #placeTimer = 0;
  #sought = "";

  constructor(readonly element: HTMLElement) {
    const find = new PDFFindController({ linkService: this.#links, eventBus: this.#bus });
    this.#number = this.#part<HTMLInputElement>("[data-page-field]");
    this.#viewer = new PDFViewer({
      container: this.#part<HTMLDivElement>("[data-scroll]"),
      viewer: this.#part<HTMLDivElement>("[data-viewer]"),
      eventBus: this.#bus,
      linkService: this.#links,
      findController: find,
      annotationMode: library.AnnotationMode.ENABLE,
      annotationEditorMode: library.AnnotationEditorType.DISABLE,
      enableAutoLinking: false,
      removePageBorders: false,
      l10n: noWords as never,
    });
    this.#links.setViewer(this.#viewer);
    this.#follow();
    this.#listen();
  }

  #part<Part extends HTMLElement>(selector: string): Part {
    const found = this.element.querySelector<Part>(selector);
    if (!found) throw new Error(`The reader has no ${selector}.`);
    return found;
  }

  async open(): Promise<void> {
    try {
      const loading = library.getDocument({
        url: this.element.dataset["src"] ?? "",
        verbosity: library.VerbosityLevel.ERRORS,
        rangeChunkSize: rangeBytes,
        disableAutoFetch: true,
        disableStream: true,
        enableXfa: false,
        // Fonts are drawn without compiling programs, whatever the policy of the page allows.
        ...{ isEvalSupported: false },
        cMapUrl: `${folder}cmaps/`,
        cMapPacked: true,
        standardFontDataUrl: `${folder}standard_fonts/`,
        wasmUrl: `${folder}wasm/`,
        iccUrl: `${folder}iccs/`,
      });
      const paper = await loading.promise;
      this.#viewer.setDocument(paper);
      this.#links.setDocument(paper, null);
    } catch {
      const slot = this.#part("[data-refusal]");
      refuse(this.element, words(slot, "words"));
    }
  }

  /** What the viewer tells: it is ready, a page was drawn, another page is in sight, something was found. */
  #follow(): void {
    this.#bus.on("pagesinit", () => {
      for (let page = 0; page < this.#viewer.pagesCount; page += 1) {
        this.#viewer.getPageView(page)?.div.setAttribute("aria-label", words(this.element, "wordsPage", { page: page + 1 }));
      }
      this.#viewer.currentScaleValue = "page-width";
      this.#turn(Number(this.element.dataset["page"] ?? 1));
    });
    this.#bus.on("pagerendered", ({ pageNumber }: { pageNumber: number }) => {
      if (pageNumber === this.#viewer.currentPageNumber) this.element.querySelector("[data-first]")?.remove();
      this.element.dataset["rendered"] = String(pageNumber);
    });
    this.#bus.on("pagechanging", ({ pageNumber }: { pageNumber: number }) => this.#arrived(pageNumber));
    this.#bus.on("updatefindmatchescount", ({ matchesCount }: { matchesCount: Found }) => this.#showFound(FindState.FOUND, matchesCount));
    this.#bus.on("updatefindcontrolstate", ({ state, matchesCount }: { state: number; matchesCount: Found }) => this.#showFound(state, matchesCount));
  }

  #listen(): void {
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.#number.addEventListener("change", () => this.#turn(Number(this.#number.value)));
    const find = this.#part<HTMLFormElement>("[data-find]");
    find.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#find(false);
    });
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #clicked(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-go], [data-zoom], [data-find-go]") : null;
    if (!button) return;
    const { go, zoom, findGo } = button.dataset;
    if (go) this.#turn(this.#viewer.currentPageNumber + (go === "next" ? 1 : -1));
    if (zoom) this.#zoom(zoom);
    if (findGo === "previous") this.#find(true);
  }

  #turn(page: number): void {
    const pages = this.#viewer.pagesCount;
    if (!pages) return;
    const whole = Number.isFinite(page) ? Math.round(page) : this.#viewer.currentPageNumber;
    this.#viewer.currentPageNumber = Math.min(Math.max(whole, 1), pages);
    this.#number.value = String(this.#viewer.currentPageNumber);
  }

  #arrived(page: number): void {
    if (document.activeElement !== this.#number) this.#number.value = String(page);
    for (const [selector, end] of [['[data-go="previous"]', page <= 1], ['[data-go="next"]', page >= this.#viewer.pagesCount]] as const) {
      this.#part(selector).setAttribute("aria-disabled", String(end));
    }
    const url = this.element.dataset["placeUrl"];
    if (!url || String(page) === this.element.dataset["page"]) return;
    this.element.dataset["page"] = String(page);
    window.clearTimeout(this.#placeTimer);
    // The place is a convenience: one that could not be kept now is kept at the next page.
    this.#placeTimer = window.setTimeout(() => void postJSON(url, { page }).catch(() => undefined), placeMilliseconds);
  }

  #zoom(how: string): void {
    if (how === "fit") this.#viewer.currentScaleValue = "page-width";
    else {
      const scale = this.#viewer.currentScale * (how === "in" ? zoomStep : 1 / zoomStep);
      this.#viewer.currentScale = Math.min(Math.max(scale, smallest), largest);
    }
  }

  #find(backwards: boolean): void {
    const query = this.#part<HTMLInputElement>("[data-find-text]").value.trim();
    const type = query === this.#sought ? "again" : "";
    this.#sought = query;
    if (!query) this.#part("[data-find-count]").textContent = "";
    this.#bus.dispatch("find", { source: this, type, query, caseSensitive: false, entireWord: false, highlightAll: true, findPrevious: backwards, matchDiacritics: false });
  }

  #showFound(state: number, found: Found): void {
    const count = this.#part("[data-find-count]");
    if (!this.#sought) count.textContent = "";
    else if (found.total > 0) count.textContent = words(this.element, "wordsFound", { ...found });
    else count.textContent = words(this.element, state === FindState.PENDING || state === FindState.FOUND ? "wordsSearching" : "wordsNone");
  }

  #pressed(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
      event.preventDefault();
      this.#part<HTMLInputElement>("[data-find-text]").select();
      return;
    }
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#actOf(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #actOf(key: string): (() => void) | undefined {
    const page = this.#viewer.currentPageNumber;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.#turn(page - 1),
      ArrowRight: () => this.#turn(page + 1),
      PageUp: () => this.#turn(page - 1),
      PageDown: () => this.#turn(page + 1),
      Home: () => this.#turn(1),
      End: () => this.#turn(this.#viewer.pagesCount),
      "+": () => this.#zoom("in"),
      "=": () => this.#zoom("in"),
      "-": () => this.#zoom("out"),
      "0": () => this.#zoom("fit"),
    };
    return acts[key];
  }
}

for (const element of document.querySelectorAll<HTMLElement>("[data-reader]")) void new Reader(element).open();

// The agenda's editor: rows are moved by dragging or by four buttons; the server keeps the order and the numbers.
import Sortable from "sortablejs";
import { dispatch } from "./news";
import { messageOf, postJSON, refuse, words } from "./page";

type Step = "up" | "down" | "indent" | "outdent";

interface Place {
  parent: HTMLElement | null;
  position: number;
}

function rowsOf(list: Element): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > [data-item]")];
}

function isSub(row: HTMLElement): boolean {
  return row.dataset["level"] === "1";
}

function parentIn(rows: HTMLElement[], row: HTMLElement): HTMLElement | null {
  if (!isSub(row)) return null;
  return rows.slice(0, rows.indexOf(row)).findLast((other) => !isSub(other)) ?? null;
}

/** The rows on the same level under the same item, in order. */
function siblings(rows: HTMLElement[], parent: HTMLElement | null): HTMLElement[] {
  if (!parent) return rows.filter((row) => !isSub(row));
  return rows.filter((row) => isSub(row) && parentIn(rows, row) === parent);
}

function stepped(rows: HTMLElement[], row: HTMLElement, step: Step): Place | null {
  const parent = parentIn(rows, row);
  const beside = siblings(rows, parent);
  const position = beside.indexOf(row);
  const before = beside[position - 1];
  if (step === "up") return position > 0 ? { parent, position: position - 1 } : null;
  if (step === "down") return position < beside.length - 1 ? { parent, position: position + 1 } : null;
  if (step === "indent") {
    if (parent || !before || siblings(rows, row).length > 0) return null;
    return { parent: before, position: siblings(rows, before).length };
  }
  return parent ? { parent: null, position: siblings(rows, null).indexOf(parent) + 1 } : null;
}

/** Where a dragged row was let go: a sub-item belongs to the item above it, an item stays an item. */
function dropped(rows: HTMLElement[], row: HTMLElement): Place {
  const parent = parentIn(rows, row);
  if (isSub(row) && !parent) return { parent: null, position: 0 };
  return { parent, position: siblings(rows, parent).indexOf(row) };
}

class AgendaEditor {
  #busy = false;

  constructor(readonly editor: HTMLElement) {
    const list = this.#list();
    editor.addEventListener("click", (event) => this.#clicked(event));
    if (list) this.#sort(list);
    this.#limit();
  }

  #list(): HTMLElement | null {
    return this.editor.querySelector<HTMLElement>("[data-rows]");
  }

  #rows(): HTMLElement[] {
    const list = this.#list();
    return list ? rowsOf(list) : [];
  }

  #sort(list: HTMLElement): void {
    Sortable.create(list, {
      handle: "[data-handle]",
      draggable: "[data-item]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      onEnd: ({ item, oldIndex, newIndex }) => {
        if (oldIndex !== newIndex) void this.#move(item, dropped(this.#rows(), item));
      },
    });
  }

  #clicked(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-move]") : null;
    const row = button?.closest<HTMLElement>("[data-item]");
    if (!button || !row || button.getAttribute("aria-disabled") === "true") return;
    const step = button.dataset["move"] as Step;
    const place = stepped(this.#rows(), row, step);
    if (place) void this.#move(row, place, step);
  }

  /** A button that would do nothing says so, but keeps its place for the keyboard. */
  #limit(): void {
    const rows = this.#rows();
    for (const row of rows) {
      for (const button of row.querySelectorAll<HTMLElement>("[data-move]")) {
        button.setAttribute("aria-disabled", String(stepped(rows, row, button.dataset["move"] as Step) === null));
      }
    }
  }

  async #move(row: HTMLElement, place: Place, step?: Step): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    refuse(this.editor, "");
    const { item } = row.dataset;
    const request = { item: Number(item), parent: place.parent ? Number(place.parent.dataset["item"]) : null, position: place.position, revision: Number(this.editor.dataset["revision"]) };
    try {
      const answer = await postJSON(this.editor.dataset["url"] ?? "", request);
      if (answer.body["revision"] !== undefined) this.editor.dataset["revision"] = String(answer.body["revision"]);
      await this.#reload();
      if (answer.status >= 400) refuse(this.editor, messageOf(answer));
      else this.#arrived(item ?? "", step);
    } catch {
      refuse(this.editor, words(this.editor, "wordsOffline"));
      await this.#reload().catch(() => undefined);
    } finally {
      this.#busy = false;
    }
  }

  /** The rows as the server has them now, with their numbers; a newer revision comes with them. */
  async #reload(): Promise<void> {
    const list = this.#list();
    const response = await fetch(this.editor.dataset["listUrl"] ?? "", { headers: { Accept: "text/html", "X-Region": "true" }, cache: "no-store" });
    if (!response.ok || response.redirected || !list) return;
    list.innerHTML = await response.text();
    const revision = response.headers.get("X-Revision");
    if (revision) this.editor.dataset["revision"] = revision;
    this.#limit();
    dispatch("swapped", list);
  }

  #arrived(item: string, step: Step | undefined): void {
    const rows = this.#rows();
    const row = rows.find(({ dataset }) => dataset["item"] === item);
    const said = this.editor.querySelector<HTMLElement>("[data-said]");
    if (!row || !said) return;
    const parent = parentIn(rows, row);
    const beside = siblings(rows, parent);
    const title = row.dataset["title"] ?? "";
    const entered = parent && (step === "indent" || step === undefined);
    said.textContent = entered
      ? words(this.editor, "wordsUnder", { title, parent: parent.dataset["title"] ?? "" })
      : words(this.editor, "wordsMoved", { title, place: beside.indexOf(row) + 1, of: beside.length });
    if (step) row.querySelector<HTMLElement>(`[data-move="${step}"]`)?.focus();
  }
}

for (const editor of document.querySelectorAll<HTMLElement>("[data-agenda]")) new AgendaEditor(editor);

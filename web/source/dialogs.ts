// Dialogs that buttons open, the question before a weighty act, and menus that close when one turns away.
import htmx from "htmx.org";

function dialogNamed(id: string | undefined): HTMLDialogElement | null {
  const found = id ? document.getElementById(id) : null;
  return found instanceof HTMLDialogElement ? found : null;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  dialogNamed(target?.closest<HTMLElement>("[data-opens]")?.dataset["opens"])?.showModal();
  if (target?.closest("[data-close]")) target.closest("dialog")?.close();
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!target || !menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

interface Confirmation {
  elt: Element;
  triggeringEvent?: Event;
  issueRequest(skipConfirmation: boolean): void;
}

/** Asks before a weighty act and says whether the person agreed; `label` is what the button of it says. */
export function askFirst(question: string, label: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("[data-confirm-dialog]");
  if (!dialog || dialog.open) return Promise.resolve(false);
  const sentence = dialog.querySelector("[data-confirm-question]");
  const agree = dialog.querySelector<HTMLButtonElement>('button[value="yes"]');
  if (sentence) sentence.textContent = question;
  if (agree && label) agree.textContent = label;
  dialog.returnValue = "";
  const answered = new Promise<boolean>((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
  dialog.showModal();
  return answered;
}

htmx.on("htmx:confirm", (event) => {
  const asked = event as CustomEvent<Confirmation>;
  const question = asked.detail.elt instanceof HTMLElement ? asked.detail.elt.dataset["confirm"] : undefined;
  if (!question || !document.querySelector("[data-confirm-dialog]")) return;
  asked.preventDefault();
  const submitter = (asked.detail.triggeringEvent as SubmitEvent | undefined)?.submitter;
  void askFirst(question, submitter?.textContent?.trim() ?? "").then((agreed) => {
    if (agreed) asked.detail.issueRequest(true);
  });
});

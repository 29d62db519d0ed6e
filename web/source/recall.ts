// Recalling an answer in writing: asked once more, entered in the box, and its receipt is checked like a ballot's.
import { current, formOf, status, update } from "./ballot_form";
import { clearReceipt, showStanding, takeRecall } from "./ballot_receipt";
import { askFirst } from "./dialogs";
import { dispatch } from "./news";
import { messageOf, postJSON, refuse, words } from "./page";
import { askForCode } from "./step_up";
import { dropDraft } from "./waiting_ballots";

/** The same mark goes with every try, so that a second one of a recall that arrived is harmless. */
function markOf(button: HTMLButtonElement): string {
  return (button.dataset["mark"] ??= crypto.randomUUID());
}

function giveUp(form: HTMLFormElement, sentence: string): void {
  status(form, "", false);
  update(form);
  refuse(form, sentence);
  void showStanding(form, () => current(form));
}

async function recall(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const { url = "" } = button.dataset;
  const castId = markOf(button);
  refuse(form, "");
  clearReceipt(form);
  button.disabled = true;
  status(form, words(form, "wordsRecalling"), true);
  const answer = await postJSON(url, { cast_id: castId }, 10).catch(() => null);
  if (answer === null || answer.elsewhere || answer.status >= 500) return giveUp(form, words(form, "wordsNotRecalled"));
  if (answer.status === 401 && answer.body["error"] === "STEP_UP_NEEDED") {
    const again = (): void => void recall(form, button);
    return askForCode(form, again, () => giveUp(form, ""));
  }
  if (answer.status >= 400) return giveUp(form, messageOf(answer) || words(form, "wordsNotRecalled"));
  const show = await takeRecall(form, castId, answer.body);
  delete button.dataset["mark"];
  dropDraft(form);
  show(form);
  update(form);
  form.querySelector<HTMLElement>("[data-vote-receipt]")?.focus({ preventScroll: false });
  dispatch("answered", form);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-recall]") : null;
  const form = button ? formOf(event) : null;
  if (!button || !form || button.disabled) return;
  void askFirst(button.dataset["question"] ?? "", button.textContent?.trim() ?? "").then((agreed) => {
    if (agreed) void recall(form, button);
  });
});

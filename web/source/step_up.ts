// The small dialog that asks for a code, or a passkey, when the server wants to be sure who is voting.
import { messageOf, postJSON, refuse, takeCsrfToken, words } from "./page";

/** Opens the dialog of this ballot's form and calls `proved` once the server has accepted a code or a passkey. */
export function askForCode(form: HTMLFormElement, proved: () => void, givenUp: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>(`dialog[data-step-up="${CSS.escape(form.dataset["question"] ?? "")}"]`);
  const asking = dialog?.querySelector("form");
  const code = dialog?.querySelector<HTMLInputElement>('input[name="code"]');
  if (!dialog || !asking || !code || dialog.open) return;
  let accepted = false;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const answer = await postJSON(form.dataset["stepUpUrl"] ?? "", { code: code.value.trim() }).catch(() => null);
    if (!answer || answer.status >= 400) {
      refuse(dialog, (answer && messageOf(answer)) || words(form, "wordsWaiting"));
      code.select();
      return;
    }
    takeCsrfToken(answer.body["csrf_token"]);
    accepted = true;
    dialog.close();
  };
  const listener = (event: SubmitEvent): void => void submit(event);
  const provedByPasskey = (): void => {
    accepted = true;
    dialog.close();
  };
  asking.addEventListener("submit", listener);
  dialog.addEventListener("proved", provedByPasskey);
  dialog.addEventListener(
    "close",
    () => {
      asking.removeEventListener("submit", listener);
      dialog.removeEventListener("proved", provedByPasskey);
      code.value = "";
      refuse(dialog, "");
      if (accepted) proved();
      else givenUp();
    },
    { once: true },
  );
  dialog.showModal();
  code.focus();
}

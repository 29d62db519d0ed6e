// Passkeys on the pages: added on the account page, asked for to sign in and to confirm, and to sign one ballot.
// A button `[data-passkey]` asks for one; what stands in `[data-needs-passkeys]` is shown only where the browser knows them.
import { challengeOf } from "./ballot_challenge";
import { listen } from "./news";
import { messageOf, postJSON, refuse, words, type Answer } from "./page";
import { askPasskey, bytesOf, knowsPasskeys, makePasskey, requestFrom, type Assertion } from "./passkey_library";

export type { Assertion } from "./passkey_library";

const milliseconds = 300_000;

/** The ballot to be signed, as it is sent; what it does not say stands on its form. */
export interface BallotToSign {
  cast_id: string;
  choice: string;
  text: string;
  discuss?: boolean | undefined;
  reserved?: string | undefined;
  member?: string | undefined;
  question?: string | undefined;
  seen?: string | undefined;
}

function credentialsOf(form: HTMLFormElement): string[] {
  return (form.dataset["passkeys"] ?? "").split(" ").filter(Boolean);
}

/** Whether the person of this ballot has a passkey, and this browser can ask for it. */
export function hasPasskey(form: HTMLFormElement): boolean {
  return knowsPasskeys() && credentialsOf(form).length > 0;
}

/** Lets a passkey sign this very ballot; null where the person turned away or there is none. The ballot has to be sent unchanged. */
export async function bindBallot(form: HTMLFormElement, ballot: BallotToSign): Promise<Assertion | null> {
  if (!hasPasskey(form)) return null;
  const { question = "", member = "", seen = "" } = form.dataset;
  const challenge = await challengeOf({
    cast_id: ballot.cast_id,
    choice: ballot.choice,
    text: ballot.text,
    discuss: ballot.discuss ?? false,
    reserved: ballot.reserved ?? "",
    member: ballot.member ?? member,
    question: ballot.question ?? question,
    seen: ballot.seen ?? seen,
  });
  const given = await askPasskey({
    challenge,
    allowCredentials: credentialsOf(form).map((credential) => ({ type: "public-key", id: bytesOf(credential) })),
    userVerification: "required",
    timeout: milliseconds,
  });
  if (!given) return null;
  const { credential, authenticator, client, signature } = given;
  return { credential, authenticator, client, signature };
}

/** Shows why it did not work, in the place of the button or form; leads on where one has to sign in or confirm first. */
function showRefused(place: HTMLElement, answer: Answer | null): void {
  const { location: elsewhere } = answer?.body ?? {};
  if (answer?.status === 401 && typeof elsewhere === "string") return location.assign(elsewhere);
  refuse(place, (answer && messageOf(answer)) || words(place, "wordsFailed"));
}

function leadOn(answer: Answer): void {
  location.assign(typeof answer.body["location"] === "string" ? answer.body["location"] : location.href);
}

/** Posts, and shows a refusal; null where there was one. */
async function post(place: HTMLElement, url: string | undefined, body: unknown): Promise<Answer | null> {
  const answer = await postJSON(url ?? "", body).catch(() => null);
  if (answer && answer.status < 400) return answer;
  showRefused(place, answer);
  return null;
}

async function prove(place: HTMLElement, button: HTMLElement): Promise<void> {
  const asked = await post(place, button.dataset["challengeUrl"], {});
  if (!asked) return;
  const given = await askPasskey(requestFrom(asked.body));
  if (!given) return refuse(place, words(place, "wordsFailed"));
  const accepted = await post(place, button.dataset["url"], { ...given, next: button.dataset["next"] ?? "" });
  if (!accepted) return;
  if ("stay" in button.dataset) button.dispatchEvent(new CustomEvent("proved", { bubbles: true }));
  else leadOn(accepted);
}

async function add(form: HTMLFormElement): Promise<void> {
  const asked = await post(form, form.dataset["challengeUrl"], {});
  if (!asked) return;
  let made: Record<string, string> | null = null;
  try {
    made = await makePasskey(asked.body);
  } catch {
    return refuse(form, words(form, "wordsKnown"));
  }
  if (!made) return refuse(form, words(form, "wordsFailed"));
  const accepted = await post(form, form.dataset["url"], { ...made, name: new FormData(form).get("name") });
  if (accepted) leadOn(accepted);
}

/** One thing at a time: the button rests while the browser asks. */
async function once(button: HTMLButtonElement | null, work: Promise<void>): Promise<void> {
  if (button) button.disabled = true;
  await work.finally(() => {
    if (button) button.disabled = false;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-passkey]") : null;
  const place = button?.closest<HTMLElement>("[data-needs-passkeys]");
  if (!button || !place || button.disabled) return;
  refuse(place, "");
  void once(button, prove(place, button));
});
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-passkey-form]")) return;
  event.preventDefault();
  refuse(event.target, "");
  void once(event.target.querySelector("button"), add(event.target));
});

function showWhereKnown(within: ParentNode): void {
  if (!knowsPasskeys()) return;
  for (const place of within.querySelectorAll<HTMLElement>("[data-needs-passkeys]")) place.hidden = false;
  for (const place of within.querySelectorAll<HTMLElement>("[data-without-passkeys]")) place.hidden = true;
}

listen("swapped", showWhereKnown);
showWhereKnown(document);

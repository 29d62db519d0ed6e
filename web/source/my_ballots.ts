// The page of one's own ballots: each receipt is fetched and checked here, step by step; a saved one is read from its file.
import { keyOf } from "./ballot_receipt";
import { keptKeyName, trustKey } from "./kept_checkpoints";
import { words } from "./page";
import { stateOf, type Step } from "./receipt_check";
import { checkBallot, checkSaved, savedFrom, type Asked, type Finding } from "./whole_check";

const page = document.querySelector<HTMLElement>("[data-my-ballots]");
const findings = new WeakMap<Element, Finding>();

type Verdict = "fits" | "partly" | "unfit" | "unfetched";

function verdictOf({ steps }: Finding): Verdict {
  if (steps.some(({ state }) => state === "unfit")) return "unfit";
  return steps.every(({ state }) => state === "fits") ? "fits" : "partly";
}

function askedOf({ dataset }: HTMLElement, root: HTMLElement): Asked {
  const { question = "", number = "", code, choice, member, by, type = "cast", closing, missing } = dataset;
  return {
    question,
    key: keyOf(root),
    voter: root.dataset["voter"] ?? "",
    number: Number(number),
    type,
    fields: missing === undefined ? { member: member ?? "", ...(choice === undefined ? {} : { choice }), ...(by === undefined ? {} : { by }) } : {},
    ...(code === undefined ? {} : { code }),
    ...(closing === undefined ? {} : { closing: Number(closing) }),
    ...(missing === undefined ? {} : { missing }),
  };
}

function mark(state: string): Node {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-mark-template="${state}"]`);
  return template ? template.content.cloneNode(true) : document.createTextNode("");
}

/** What a step says; the words of the entry depend on what kind of entry it is. */
function sentence(root: HTMLElement, place: HTMLElement, { name }: Step, { receipt, size }: Finding): string {
  const entries = { cast: "wordsEntry", paper: "wordsEntry", recalled: "wordsRecalledEntry", closed: "wordsClosedEntry" };
  const type = place.dataset["type"] as keyof typeof entries | undefined;
  const words_ = name === "entry" ? (type ? entries[type] : "wordsSavedEntry") : `words${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const question = place.dataset["question"] ?? receipt?.entry.match(/"question":"([^"]*)"/)?.[1] ?? "";
  return words(root, words_, { answer: place.dataset["answer"] ?? "", size: size ?? "–", number: receipt?.number ?? "–", question });
}

function showSteps(root: HTMLElement, place: HTMLElement, finding: Finding): void {
  const list = place.querySelector("[data-steps]");
  const line = document.querySelector<HTMLTemplateElement>("template[data-step-template]");
  const entry = place.querySelector("[data-entry]");
  const details = place.querySelector<HTMLElement>("[data-details]");
  if (!list || !line || !details) return;
  list.replaceChildren(
    ...finding.steps.map((each) => {
      const item = line.content.cloneNode(true) as DocumentFragment;
      item.querySelector("li")?.setAttribute("data-state", each.state);
      item.querySelector("[data-mark]")?.append(mark(each.state));
      const text = item.querySelector("[data-sentence]");
      if (text) text.textContent = sentence(root, place, each, finding);
      return item;
    }),
  );
  if (entry) entry.textContent = finding.receipt?.entry ?? "";
  details.hidden = finding.steps.length === 0;
}

/** The warning that belongs to a box that was rewritten, or to another key, before the plain "does not fit". */
function verdictWords(root: HTMLElement, verdict: Verdict, { steps, met }: Finding): string {
  if (stateOf(steps, "device") === "unfit") return words(root, met === "other_key" ? "wordsOtherKey" : "wordsBroken");
  return words(root, `words${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`);
}

function show(root: HTMLElement, place: HTMLElement, finding: Finding | null): Verdict {
  const verdict = finding ? verdictOf(finding) : "unfetched";
  const said = place.querySelector<HTMLElement>("[data-verdict]");
  if (said) {
    said.dataset["verdict"] = verdict;
    said.replaceChildren(mark(verdict === "fits" || verdict === "unfit" ? verdict : "unchecked"), verdictWords(root, verdict, finding ?? nothing));
  }
  const save = place.querySelector<HTMLElement>("[data-save]");
  if (save) save.hidden = !finding?.receipt;
  if (finding) findings.set(place, finding);
  if (finding?.met === "other_key") showOtherKey(root);
  showSteps(root, place, finding ?? nothing);
  return verdict;
}

const nothing: Finding = { steps: [], receipt: null, closing: null, path: null, size: null, met: null };

function showOtherKey(root: HTMLElement): void {
  const section = root.querySelector<HTMLElement>("[data-other-key]");
  const name = section?.querySelector("[data-kept-key]");
  if (name) name.textContent = keptKeyName();
  if (section) section.hidden = false;
}

async function check(root: HTMLElement, place: HTMLElement): Promise<Verdict> {
  const button = place.querySelector<HTMLButtonElement>("[data-check]");
  const said = place.querySelector<HTMLElement>("[data-verdict]");
  if (said) {
    said.dataset["verdict"] = "checking";
    said.textContent = words(root, "wordsChecking");
  }
  button?.setAttribute("aria-disabled", "true");
  try {
    return show(root, place, await checkBallot(askedOf(place, root)));
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

async function checkAll(root: HTMLElement): Promise<void> {
  const places = [...root.querySelectorAll<HTMLElement>("[data-ballot]")].filter((place) => place.querySelector("[data-check]"));
  const said = root.querySelector("[data-all-verdict]");
  if (said) said.textContent = words(root, "wordsChecking");
  let fit = 0;
  for (const place of places) if ((await check(root, place)) === "fits") fit += 1;
  if (said) said.textContent = words(root, "wordsAll", { fit, all: places.length });
}

function save(root: HTMLElement, place: HTMLElement): void {
  const finding = findings.get(place);
  if (!finding?.receipt) return;
  const saved = savedFrom(askedOf(place, root), finding);
  const address = URL.createObjectURL(new Blob([JSON.stringify(saved, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `receipt-${place.dataset["question"]}-${place.dataset["number"]}.json`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10000);
}

async function readSaved(root: HTMLElement, field: HTMLInputElement): Promise<void> {
  const place = field.closest<HTMLElement>("[data-saved-receipt]");
  const chosen = field.files?.[0];
  if (!place || !chosen) return;
  const finding = await checkSaved(await chosen.text(), keyOf(root));
  if (finding) return void show(root, place, finding);
  show(root, place, nothing);
  const said = place.querySelector<HTMLElement>("[data-verdict]");
  if (!said) return;
  said.dataset["verdict"] = "unfit";
  said.replaceChildren(mark("unfit"), words(root, "wordsNoReceipt"));
}

function press(root: HTMLElement, target: Element): void {
  const place = target.closest<HTMLElement>("[data-ballot]");
  if (target.closest("[data-check-all]")) void checkAll(root);
  else if (place && target.closest("[data-check]:not([aria-disabled])")) void check(root, place);
  else if (place && target.closest("[data-save]")) save(root, place);
  else if (target.closest("[data-trust-key]")) {
    trustKey(keyOf(root));
    location.reload();
  }
}

if (page) {
  document.addEventListener("click", (event) => event.target instanceof Element && press(page, event.target));
  page.addEventListener("change", (event) => event.target instanceof HTMLInputElement && event.target.type === "file" && void readSaved(page, event.target));
}

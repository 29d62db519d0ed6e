// Following the room: a switch that the reader sees. It never takes away a choice that is being made or a paper that is being read.
import { listen } from "./news";

const page = document.body.dataset;
const remembered = `follow:${page["pageId"] ?? ""}`;

function theSwitch(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("input[data-follow]");
}

/** Whether someone is choosing, writing, or answering a dialog anywhere on the page. */
function isBusy(): boolean {
  if (document.querySelector("dialog[open], form[data-waiting], form[aria-busy='true']")) return true;
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("form[data-keep] input, form[data-keep] textarea");
  return [...fields].some((field) =>
    field instanceof HTMLInputElement && field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue,
  );
}

/** The switch as it was last left is how it is meant to be: it keeps no region from following. */
function set(control: HTMLInputElement, follows: boolean): void {
  control.checked = follows;
  control.defaultChecked = follows;
}

function begin(): void {
  const control = theSwitch();
  if (control) set(control, localStorage.getItem(remembered) === "yes");
}

document.addEventListener("change", (event) => {
  if (event.target !== theSwitch() || !(event.target instanceof HTMLInputElement)) return;
  set(event.target, event.target.checked);
  localStorage.setItem(remembered, event.target.checked ? "yes" : "no");
  const current = document.querySelector<HTMLAnchorElement>("[data-current-item]");
  if (event.target.checked && current && current.dataset["currentItem"] !== page["item"]) location.assign(current.href);
});
listen("news", (news) => {
  const item = news["current_item"];
  if (news.kind !== "meeting" || typeof item !== "number" || String(item) === page["item"]) return;
  if (theSwitch()?.checked && !isBusy()) location.assign(`?item=${item}`);
});
listen("swapped", begin);
begin();

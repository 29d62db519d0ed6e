// A button that fills a member's form with an answer: a draft of their office, or what they said in an earlier round. Nothing is sent by it.
import { choose, forms } from "./ballot_form";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-fill-answer]") : null;
  if (!button) return;
  const { choice = "", text = "", discuss, reserved = "", for: member } = button.dataset;
  const form = forms().find((each) => member === undefined || each.dataset["member"] === member);
  if (!form || form.dataset["state"] !== "open") return;
  choose(form, { choice, text, discuss: discuss === "true", reserved });
  form.dispatchEvent(new Event("input", { bubbles: true }));
  form.scrollIntoView({ block: "start" });
  form.querySelector<HTMLElement>('input[name="choice"]:checked')?.focus({ preventScroll: true });
});

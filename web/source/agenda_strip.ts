// On a narrow screen the agenda is a strip; the current item is brought into sight, the page itself does not move.
import { listen } from "./news";

function showCurrent(within: ParentNode): void {
  for (const row of within.querySelectorAll<HTMLElement>(".agenda li.now")) {
    const list = row.closest("ol");
    if (list && list.scrollWidth > list.clientWidth) list.scrollLeft = row.offsetLeft - list.offsetLeft - 8;
  }
}

showCurrent(document);
listen("swapped", showCurrent);

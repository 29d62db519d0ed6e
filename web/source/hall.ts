// The hall screen. The shared modules keep its region and its connection; here the screen is kept awake, filled and untouched.
import { listen } from "./news";

async function stayAwake(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A screen on mains power usually refuses; it stays on anyway.
  }
}

function fill(): void {
  if (!document.fullscreenElement) document.documentElement.requestFullscreen().catch(() => undefined);
}

document.addEventListener("visibilitychange", () => void stayAwake());
document.addEventListener("dblclick", fill);
document.addEventListener("keydown", (event) => {
  if (event.key === "f" || event.key === "Enter") fill();
});
// Nobody is reading by hand here, so a screen that missed too much starts afresh.
listen("refresh", () => location.reload());
void stayAwake();

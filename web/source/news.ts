// The names and shapes of the events that modules pass to each other on `document`.

/** One piece of news from the room: state, never text. A number orders it; without one it is only a passing count. */
export interface News {
  number: number | null;
  stream?: string;
  kind: string;
  [state: string]: unknown;
}

interface PageEvents {
  /** News of the room, in order, each once. */
  news: CustomEvent<News>;
  /** Too much was missed: load what is on the page anew. */
  refresh: CustomEvent<null>;
  /** The socket is connected again. */
  connected: CustomEvent<null>;
  /** A region has new content; the element is the detail. */
  swapped: CustomEvent<HTMLElement>;
  /** A form that stays on its page has been accepted; the form is the detail. */
  stayed: CustomEvent<HTMLFormElement>;
  /** A ballot of this form was recorded, or recalled. */
  answered: CustomEvent<HTMLFormElement>;
}

export function dispatch<Name extends keyof PageEvents>(name: Name, detail: PageEvents[Name]["detail"]): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

export function listen<Name extends keyof PageEvents>(name: Name, listener: (detail: PageEvents[Name]["detail"]) => void): void {
  document.addEventListener(name, (event) => listener((event as PageEvents[Name]).detail));
}

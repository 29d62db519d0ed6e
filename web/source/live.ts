// One Socket.IO connection for a page whose body says which page it is. The server picks the rooms; we only say what we have seen.
import { io, type Socket } from "socket.io-client";
import { dispatch, type News } from "./news";

interface Joined {
  /** Given instead of the rest where this person may not follow this page. */
  error?: string;
  missed: News[];
  fresh: boolean;
  number: number;
}

type ConnectionState = "connecting" | "connected" | "offline";

const joinSeconds = 8;
const activitySeconds = 60;

class LivePage {
  #last: number;
  #joining = false;
  #held: News[] = [];

  constructor(
    readonly socket: Socket,
    readonly page: string,
    readonly id: string,
    since: number,
  ) {
    this.#last = since;
  }

  /** Asks for what came since the last number seen. News that arrives meanwhile waits its turn. */
  async join(): Promise<void> {
    if (this.#joining) return;
    this.#joining = true;
    try {
      const request = { page: this.page, id: this.id, since: this.#last };
      const answer: Joined = await this.socket.timeout(joinSeconds * 1000).emitWithAck("join", request);
      if (answer.error === undefined) this.#catchUp(answer);
    } catch {
      // No answer on a connection that seems whole: it is dead, and a new one will ask again.
      if (this.socket.connected) this.socket.io.engine.close();
    } finally {
      this.#joining = false;
    }
  }

  receive(news: News): void {
    // Passing counts have no number, and what is meant for one person is counted in a stream of its own.
    if (typeof news.number !== "number" || news.stream?.startsWith("person:")) return pass(news);
    if (this.#joining) {
      this.#held.push(news);
      return;
    }
    if (news.number <= this.#last) return;
    if (news.number > this.#last + 1) {
      this.#held.push(news);
      void this.join();
      return;
    }
    this.#pass(news);
  }

  #catchUp({ missed, fresh, number }: Joined): void {
    if (fresh) {
      this.#last = number;
      dispatch("refresh", null);
    }
    const waiting = [...missed, ...this.#held].sort((one, other) => (one.number ?? 0) - (other.number ?? 0));
    this.#held = [];
    // Numbers may be missing here for good: what this person may not receive is left out by the server.
    for (const news of waiting) if ((news.number ?? 0) > this.#last) this.#pass(news);
    this.#last = Math.max(this.#last, number);
  }

  #pass(news: News): void {
    this.#last = news.number ?? this.#last;
    pass(news);
  }
}

function pass(news: News): void {
  dispatch("news", news);
  // What one may read has changed: everything on the page is asked for again.
  if (news.kind === "access") dispatch("refresh", null);
}

function show(state: ConnectionState): void {
  const pill = document.querySelector<HTMLElement>("[data-connection]");
  if (!pill) return;
  const sentences = { connecting: pill.dataset["wordsConnecting"], connected: pill.dataset["wordsConnected"], offline: pill.dataset["wordsOffline"] };
  pill.hidden = false;
  pill.dataset["connection"] = state;
  pill.textContent = sentences[state] ?? "";
  pill.classList.toggle("ok", state === "connected");
  pill.classList.toggle("warn", state !== "connected");
}

function reportActivity(socket: Socket): void {
  let last = Number.NEGATIVE_INFINITY;
  const report = (): void => {
    if (!socket.connected || performance.now() - last < activitySeconds * 1000) return;
    last = performance.now();
    socket.emit("activity");
  };
  for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, report, { capture: true, passive: true });
}

function connect(page: string, id: string, since: number): void {
  const socket = io({ path: "/socket.io", transports: ["websocket", "polling"], reconnectionDelay: 500, reconnectionDelayMax: 5000, timeout: 8000 });
  const live = new LivePage(socket, page, id, since);
  show("connecting");
  socket.on("connect", () => {
    show("connected");
    dispatch("connected", null);
    void live.join();
  });
  socket.on("disconnect", (reason) => {
    show("offline");
    // After a disconnection by the server the library does not try again by itself.
    if (reason === "io server disconnect") window.setTimeout(() => socket.connect(), 2000);
  });
  socket.on("connect_error", () => {
    show("offline");
    if (!socket.active) window.setTimeout(() => socket.connect(), 10000);
  });
  socket.on("news", (news: News) => live.receive(news));
  socket.on("ended", () => location.assign("/sign-in"));
  socket.on("locked", () => location.assign(`/sign-in/unlock?next=${encodeURIComponent(location.pathname + location.search)}`));
  window.addEventListener("offline", () => show("offline"));
  window.addEventListener("online", () => {
    show(socket.connected ? "connected" : "connecting");
    if (socket.connected) void live.join();
    else socket.connect();
  });
  reportActivity(socket);
}

const { page, pageId, liveNumber } = document.body.dataset;
if (page) connect(page, pageId ?? "", Number(liveNumber ?? 0));

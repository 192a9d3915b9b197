/** Requests, uploads and sockets, to allowed addresses only. */
import { answer } from "./wx";
import type { Callbacks, Phone } from "./wx";

interface RequestOptions extends Callbacks<Answer> {
  url: string;
  method?: string;
  header?: Record<string, string>;
  data?: string | Record<string, unknown>;
  timeout?: number;
}

interface Answer {
  statusCode: number;
  data: unknown;
  header: Record<string, string>;
}

interface UploadOptions extends Callbacks<{ statusCode: number; data: string }> {
  url: string;
  filePath: string;
  name: string;
  header?: Record<string, string>;
  formData?: Record<string, string>;
}

interface SocketOptions extends Callbacks<object> {
  url: string;
  protocols?: string[];
  header?: Record<string, string>;
  tcpNoDelay?: boolean;
}

/** What `wx.request` can say. PATCH is not among it. */
const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"];

export function network(of: Phone) {
  const watching = new Set<(told: { isConnected: boolean; networkType: string }) => void>();
  const sockets = new Set<SocketTask>();
  return {
    request(options: RequestOptions) {
      return answer(options, "request", async (): Promise<Answer> => {
        const { method = "GET", header = {}, data } = options;
        if (!METHODS.includes(method)) throw new Error(`method ${method} is not supported`);
        const body = method === "GET" ? undefined : typeof data === "string" ? data : JSON.stringify(data ?? {});
        const response = await reach(of, options.url, { method, headers: header, body: body ?? null });
        const text = await response.text();
        return { statusCode: response.status, data: parsed(text), header: Object.fromEntries(response.headers) };
      });
    },

    uploadFile(options: UploadOptions) {
      return answer(options, "uploadFile", async () => {
        const form = new FormData();
        for (const [name, value] of Object.entries(options.formData ?? {})) form.append(name, value);
        const blob = await (await fetch(options.filePath)).blob();
        form.append(options.name, blob, fileName(blob.type));
        const response = await reach(of, options.url, { method: "POST", headers: options.header ?? {}, body: form });
        return { statusCode: response.status, data: await response.text() };
      });
    },

    connectSocket(options: SocketOptions): SocketTask {
      const task = new SocketTask(of, options);
      sockets.add(task);
      return task;
    },

    onNetworkStatusChange(listener: (told: { isConnected: boolean; networkType: string }) => void): void {
      watching.add(listener);
    },

    /** For the frame and the tests: the network goes, or comes back. */
    fly(on: boolean): void {
      of.flight = on;
      for (const task of sockets) if (on) task.cut();
      if (on) sockets.clear();
      for (const told of watching) told({ isConnected: !on, networkType: on ? "none" : "wifi" });
    },
  };
}

async function reach(of: Phone, url: string, init: RequestInit): Promise<Response> {
  if (of.flight) throw new Error("net::ERR_INTERNET_DISCONNECTED");
  return of.fetch(allowed(of, url), init);
}

/** Where the address really is; WeChat refuses what its owner did not allow. */
function allowed(of: Phone, url: string): string {
  for (const [domain, real] of Object.entries(of.domains)) if (url.startsWith(domain)) return real + url.slice(domain.length);
  throw new Error("url not in domain list");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function fileName(type: string): string {
  return `file.${(type.split("/")[1] ?? "bin").split(";")[0]!.replace("mpeg", "mp3").replace("jpeg", "jpg")}`;
}

/** One socket, with WeChat's callbacks. */
class SocketTask {
  private socket: WebSocket | undefined;
  private readonly heard: Record<string, ((told: never) => void)[]> = { open: [], message: [], close: [], error: [] };

  constructor(of: Phone, options: SocketOptions) {
    setTimeout(() => this.connect(of, options), 0);
  }

  onOpen(listener: () => void): void { this.heard.open!.push(listener); }
  onMessage(listener: (message: { data: string }) => void): void { this.heard.message!.push(listener); }
  onClose(listener: (end: { code: number; reason: string }) => void): void { this.heard.close!.push(listener); }
  onError(listener: (error: { errMsg: string }) => void): void { this.heard.error!.push(listener); }

  send(options: { data: string } & Callbacks<object>): void {
    if (this.socket?.readyState !== 1) {
      options.fail?.({ errMsg: "sendSocketMessage:fail not connected" });
      return;
    }
    this.socket.send(options.data);
    options.success?.({});
  }

  /** A browser may close with 1000 or 3000 to 4999 only, as WeChat's own code does. */
  close(options: { code?: number; reason?: string } = {}): void {
    this.socket?.close(options.code ?? 1000, options.reason);
    this.socket = undefined;
  }

  /** The network is gone: nobody hears a word, and the server finds out later. */
  cut(): void {
    const { socket } = this;
    this.socket = undefined;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket?.close(4999, "cut");
  }

  private connect(of: Phone, options: SocketOptions): void {
    try {
      if (of.flight) throw new Error("net::ERR_INTERNET_DISCONNECTED");
      this.socket = new of.WebSocket(allowed(of, options.url), options.protocols);
    } catch (error) {
      this.tell("error", { errMsg: `connectSocket:fail ${(error as Error).message}` });
      return;
    }
    this.socket.onopen = () => this.tell("open", {});
    this.socket.onmessage = ({ data }: MessageEvent<string>) => this.tell("message", { data });
    this.socket.onclose = ({ code, reason }) => this.tell("close", { code, reason });
    this.socket.onerror = () => this.tell("error", { errMsg: "connectSocket:fail" });
  }

  private tell(kind: string, told: object): void {
    for (const listener of this.heard[kind]!) listener(told as never);
  }
}

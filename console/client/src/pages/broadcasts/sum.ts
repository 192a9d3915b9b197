/** How far a broadcast is, of those whom it is for as far as its walk has met them. */

import type { Schemas } from "@/api/house";

export interface Sum {
  told: number;
  open: number;
  ended: number;
  /** Of a hundred. */
  done: number;
}

export function sum(of: Schemas["ProgressView"]): Sum {
  const told = Object.values(of.told).reduce((all, many) => all + many, 0);
  const open = of.waiting + of.paused + of.telling;
  const ended = of.cancelled + of.expired;
  const all = told + open + ended;
  const over = ["done", "cancelled"].includes(of.broadcast.state);
  return { told, open, ended, done: all ? Math.floor(((told + ended) / all) * 100) : over ? 100 : 0 };
}

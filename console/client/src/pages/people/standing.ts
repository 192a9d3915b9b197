/** What holds of a person everywhere. */

import type { Schemas } from "@/api/house";

/** The kinds that hold in the whole organization. The house keeps those whose time is over among the others. `now` in milliseconds. */
export function standing(sanctions: Schemas["SanctionView"][], now: number): Set<string> {
  return new Set(sanctions.filter(({ room, channel, until }) => !room && !channel && (!until || until > now)).map(({ kind }) => kind));
}

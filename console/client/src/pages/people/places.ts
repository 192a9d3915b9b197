/** The name of where something holds: a channel, a room, or the whole organization. */

import type { Schemas } from "@/api/house";
import type { Session } from "@/api/session";

export function places(rooms: Schemas["RoomView"][], session: Session | null | undefined) {
  const names = new Map(rooms.flatMap((room) => [[room.id, room.name] as const, ...room.channels.map((channel) => [channel.id, `${room.name} / ${channel.name}`] as const)]));
  return {
    nameOf: ({ room, channel }: { room: string; channel: string }): string => names.get(channel || room) ?? (channel || room || session?.organization_name || ""),
  };
}

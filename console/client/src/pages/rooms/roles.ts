/** In a room, from the least to the most. */
export const ROLES = ["guest", "member", "moderator", "owner"] as const;

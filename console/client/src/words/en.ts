import type { Words } from ".";
import { span } from "./time";

export const en: Words = {
  name: "Teahouse",
  console: "Console",
  nav: {
    label: "Main", skip: "Skip to content", open: "Open navigation", close: "Close navigation",
    overview: "Overview", rooms: "Rooms and channels", people: "People", review: "Moderation", words: "Word lists", broadcasts: "Broadcasts",
    wechat: "WeChat accounts", analytics: "Analytics", audit: "Audit log", staff: "Staff", settings: "Settings",
    watch: "Watch", tend: "Tend", keep: "Keep",
  },
  roles: { owner: "Owner", admin: "Admin", moderator: "Moderator", auditor: "Auditor (reads only)" },
  readOnly: "You are an auditor: you see everything and change nothing.",
  mayNot: "Your role may not do this.",
  me: { menu: "My menu", account: "Account and security", signOut: "Sign out", language: "中文", theme: "Appearance", system: "As the system", light: "Light", dark: "Dark", keys: "Keyboard shortcuts" },
  signIn: {
    title: "Sign in", welcome: "Warm the pot, open the door.", about: "Look after your rooms: who is there, what is said, and where you are needed.",
    email: "E-mail", password: "Password", go: "Sign in", show: "Show password", hide: "Hide password",
    code: "One-time code", codeAbout: "Open your authenticator and type the six digits it shows now.", recovery: "Recovery code", recoveryAbout: "Type a recovery code that was not used before. Each works once.",
    useRecovery: "No phone at hand? Use a recovery code", useCode: "Use the authenticator's code", back: "Another account", lost: "Forgot the password? An operator can run: teahouse staff password",
    ended: "Your session has ended; please sign in again.", wrong: "The e-mail or the password is wrong.", wrongCode: "The code is wrong or was used already.",
  },
  states: {
    loading: "Loading", failed: "This could not be loaded", offline: "The server cannot be reached", again: "Try again", undo: "Undo", undone: "Undone", close: "Close",
    offlineBar: "The network is down. What you see is from before; it catches up by itself.", retryIn: (seconds) => `Please wait ${seconds} s.`,
    more: "Load more", saved: "Saved", copied: "Copied", copy: "Copy", keep: "Keep as a file", save: "Save", cancel: "Cancel", none: "None", unknown: "Unknown", yes: "Yes", no: "No",
    notFound: "There is no such page", notFoundAbout: "The address may be wrong, or what was here is gone.", home: "To the overview", next: "Next", back: "Back",
  },
  asking: {
    no: "Not now", reason: "Reason", reasonHint: "Goes into the audit log, and to the person", howLong: "How long", type: (word) => `Type “${word}” to confirm`,
    length: (seconds) => (seconds === null ? "Open-ended" : span(seconds, "en-GB")),
  },
  keys: {
    title: "Keyboard shortcuts", about: "They rest while you write.", then: "then", go: (where) => `Go to ${where}`, help: "Show the shortcuts", search: "Search people", theme: "Light or dark",
    everywhere: "Everywhere", here: "On this page",
  },
  roomRoles: { guest: "Guest", member: "Member", moderator: "Moderator", owner: "Owner" },
  overview: {
    about: "The house as it is now: what needs you comes first.", live: "Live", stale: "Not connected", figures: "Figures",
    present: "Present", presentAbout: (rooms) => `in ${rooms} ${rooms === 1 ? "room" : "rooms"}`, perMinute: "Messages a minute", perMinuteAbout: "in the last minute",
    waiting: "Waiting", waitingAbout: "for a seat", members: "Members", membersAbout: "over all rooms", alarms: "Alarms", alarmsAbout: "need attention", calm: "all is well",
    rooms: "Rooms", roomsAbout: "those with trouble first", there: (present, members) => `${present} present / ${members} members`, inQueue: (many) => `${many} waiting`,
    trouble: { queue: "Queue", archive_lag: "Archive lags", flood: "Flood", shedding: "Shedding", held: "Held messages", delivery: "Deliveries fail", quota: "Quota low", backup: "Backup is old" },
    speed: (many) => `${many}/min`, stream: "The last hour", streamAbout: "Messages in each minute, and people present then.", talk: "Messages",
  },
  rooms: {
    about: "Rooms hold channels. Open a channel to watch it live, a room to set its rules.", make: "New room", made: (name) => `Room “${name}” is there`, name: "Name of the room", password: "Password at the door", passwordNone: "No password",
    find: "Find a room or channel", none: "No rooms yet", noneAbout: "Make a room and a few channels in it; followers and mini-program users can then come in.", noneFound: "No room fits", noChannels: "No channels yet",
    archived: "Archived", archive: "Archive", open: "Open again", archiveTitle: (name) => `Archive “${name}”`,
    archiveMeans: "Nobody can come in or speak any more. Its log and members stay, and you can open it again at any time.", archivedNow: (name) => `“${name}” is archived`, openedNow: (name) => `“${name}” is open again`, showArchived: (many) => `Show archived (${many})`,
    members: (many) => `${many} members`, present: (many, capacity) => (capacity ? `${many} / ${capacity} present` : `${many} present`), up: (name) => `Move ${name} up`, down: (name) => `Move ${name} down`,
    rename: "Rename", announce: "Announce", announceAbout: "Every channel of this room sees it, and so do followers of the Official Account.",
    tabs: { channels: "Channels", permissions: "Permissions", door: "Door", invitations: "Invitations and requests", members: "Members" },
  },
  channels: {
    name: "Channel", make: "New channel", made: (name) => `Channel “${name}” is there`, present: "Present / seats", waiting: "Waiting", rules: "Rules", rulesOf: (name) => `Rules of “${name}”`, acts: "Acts",
    noneAbout: "Channels are where people talk.", muteAll: (name) => `Mute everybody in “${name}”`, mutedNow: (name) => `Everybody in “${name}” is muted`, unmutedNow: (name) => `“${name}” may talk again`,
    archiveMeans: "Nobody can enter this channel or speak in it any more. Its log stays, and you can open it again at any time.",
  },
  rules: {
    mutedAll: "All muted", mutedAllAbout: "Only moderators and owners may speak.", slow: "Slow mode (seconds)", slowShort: (seconds) => `Slow ${seconds} s`, capacity: "Seats",
    slow_seconds: "Slow mode (seconds)", queue_most: "Longest queue (people)", fold_seconds: "Fold repeats (seconds)",
    abouts: { slow_seconds: "The least time between two messages of one person. 0 is none.", capacity: "How many can be present at once; others wait in a queue. 0 is no limit.", queue_most: "When the queue is full, people are asked to come another time.", fold_seconds: "The same words within this time show as one message. 0 is off." },
    guard: "Against floods", guardIn: "messages / seconds", guardCount: "Messages", guardSeconds: "Seconds", guardAbout: "At most so many messages of one person in so many seconds; more are refused. 0 is off.",
    guardShort: (many, seconds) => `${many} in ${seconds} s`, foldShort: "Folds repeats", postShort: (role) => `Posting from: ${role}`,
  },
  permissions: {
    about: "A ticked role may. Choose a cell, and that role and those above it may.", see: "See", enter: "Enter", post: "Post", short: { guest: "Guest", member: "Member", moderator: "Mod", owner: "Owner" },
    from: { guest: "Everybody", member: "Members and up", moderator: "Moderators and up", owner: "Only owners" },
    choice: (channel, act, who) => `${channel}, ${act}: ${who}`, now: (channel, act, who) => `${channel}, ${act}: ${who}`,
  },
  ways: {
    title: "How to come in", listed: "Shown in the list of rooms", private: "Only members see it", by_request: "Ask before coming in", verified: "A verified phone is needed", white_only: "Only the white list comes in",
    abouts: { listed: "When off, only those who know its name or hold an invitation find it.", private: "To outsiders this room does not exist.", by_request: "A moderator's yes makes a member.", verified: "Who has not verified a phone is asked to.", white_only: "The bolt for an emergency: nobody but the white list comes in." },
    lockedShort: "Password", privateShort: "Private", byRequestShort: "By request", verifiedShort: "Phone needed", whiteOnlyShort: "White list only", unlistedShort: "Unlisted",
    now: (way, on) => `${way}: ${on ? "on" : "off"}`, passwordAbout: "Only a digest of it is kept; nobody can read it again. Members are not asked for it.", passwordNew: "New password", passwordSet: "The new password holds", passwordGone: "No password any more", passwordTake: "Take it away", passwordNone: "No password",
    capacity: "Most people in the room", capacityAbout: "The most members of the whole room; 0 is no limit.",
  },
  invitations: {
    title: "Invitations", make: "Make an invitation", valid: (span) => `valid for ${span}`, lasts: "How long it holds", uses: "uses", used: (used, uses) => `${used} of ${uses} used`, until: (moment) => `valid until ${moment}`,
    none: "No open invitations", noneAbout: "One invitation lets several people in, without password or request.", revoke: "Revoke", revokeTitle: "Revoke this invitation", revokeMeans: "Who holds it cannot come in any more. Those who came in stay.", revoked: "The invitation is revoked",
    madeTitle: "The invitation is ready", onlyNow: "Its code is shown only now. Write it down, or keep it as a poster.", copy: "Copy", poster: "Scan, come in, sit down", posterAbout: (room) => `Poster with a QR code that invites to ${room}`, download: "Keep as a picture",
  },
  requests: {
    title: "Requests", none: "Nobody waits", noneAbout: "Who asks to come in appears here.", off: "This room needs no request.", approve: "Let in", refuse: "Refuse", approved: (name) => `${name} is a member now`, refused: (name) => `${name} was refused`,
    refuseTitle: (name) => `Refuse ${name}`, refuseMeans: "They read your reason and may ask again.",
  },
  members: {
    who: "Member", role: "Role", roleOf: (name) => `Role of ${name}`, all: "All", find: "Find by name", joined: "Joined", white: "White list", whiteAbout: "Free of rate limits, mute-all and seats", whiteOf: (name) => `${name} is on the white list`,
    none: "No members yet", noneFound: "No member fits", now: (name, role) => `${name} is ${role.toLowerCase()} now`, freed: (name) => `${name} is on the white list`, notFree: (name) => `${name} is off the white list`,
  },
  sanctions: {
    menu: (name) => `Act on ${name}`, acts: { mute: "Mute", unmute: "Unmute", kick: "Kick", ban: "Ban", pardon: "Pardon" },
    kinds: { mute: "Muted", ban: "Banned" },
    title: (act, name) => `${{ mute: "Mute", unmute: "Unmute", kick: "Kick", ban: "Ban", pardon: "Pardon" }[act]} ${name}`,
    means: {
      mute: (name, place) => `${name} can read “${place}” but not speak in it. It ends by itself.`, unmute: (name, place) => `${name} may speak in “${place}” again.`,
      kick: (name, place) => `${name} leaves “${place}” at once, and may come back.`, ban: (name, place) => `${name} leaves “${place}” at once, cannot come in before the end, and sees nothing of what is said meanwhile.`, pardon: (name, place) => `${name} may enter “${place}” again.`,
    },
    done: (act, name) => ({ mute: `${name} is muted`, unmute: `${name} may speak`, kick: `${name} was kicked`, ban: `${name} is banned`, pardon: `${name} is pardoned` })[act],
  },
  doors: { miniprogram: "Mini-program", wechat: "Official Account", console: "Console" },
  people: {
    about: "Find people by name or id. A person's page holds identities, rooms, sanctions and deliveries.", find: "Name or id …", none: "Nobody came yet", noneAbout: "Who comes in by the mini-program or the Official Account appears here.", noneFound: "Nobody found", noneFoundAbout: "Try it spelt another way.",
    sanctions: "Sanctions that stand", noSanctions: "None stand now", noSanctionsAbout: "All is peaceful.", until: (moment) => `until ${moment}`, openEnded: "open-ended",
  },
  person: {
    facts: "Facts", since: "First seen", phone: "Phone", also: "Ids before", identities: "Identities", rooms: "Rooms", sanctions: "Sanctions", noSanctions: "None.", recent: "Said lately", noRecent: "Nothing lately",
    deliveries: "Deliveries", deliveriesAbout: "what was sent to them, with what result and why", noDeliveries: "Nothing was sent", when: "When", way: "Way", state: "Result", why: "Why", subscribed: "Follows", presentIn: (place) => `in ${place}`,
    kinds: { official_account: "Follower", mini_program: "Mini-program" },
    ways: { passive: "Reply", custom: "Customer message", customer_service: "Customer message", subscribe: "Subscription message", template: "Template message", bizsend: "Subscription notice" },
    states: { sent: "Sent", failed: "Failed", unknown: "Unknown", pending: "On its way", intended: "On its way" },
  },
  live: {
    channels: "Channels", log: (name) => `Messages of ${name}`, older: "Older messages", quiet: "It is quiet here", quietAbout: "What people say appears here.", unseen: (many) => `${many} new`, unmuteAll: "Unmute all",
    recall: "Recall", recallTitle: "Recall this message", recallMeans: (text) => `Nobody sees it any more:\n“${text.slice(0, 120)}”`, recalled: "This message was recalled", recalledNow: "Recalled", pin: "Pin", unpin: "Unpin", pinnedNow: "Pinned", unpinned: "Unpinned", edited: "edited",
    reply: "Reply", replyTo: (seq) => `Reply to #${seq}`, replying: (name, text) => `Reply to ${name}: ${text}`, say: "Say", sayAs: (name) => `Say as “${name}” …`, announced: "Announced", ratherAnnounce: "Announce instead", ratherSay: "Say instead",
    around: "Who is here, who waits", present: "Present", queue: "Waiting", nobody: "Nobody is here", noQueue: "Nobody waits", andMore: (many) => `and ${many} more`, gap: "Some entries are missing here; open this page again to see them",
    types: { text: "Text", image: "Picture", voice: "Voice", video: "Video", file: "File", location: "Place", link: "Link" },
    events: {
      announced: (_user, by) => `Announcement · ${by}`, muted: (user, by) => `${by} muted ${user}`, unmuted: (user, by) => `${by} unmuted ${user}`, kicked: (user, by) => `${by} kicked ${user}`,
      banned: (user, by) => `${by} banned ${user}`, pardoned: (user, by) => `${by} pardoned ${user}`, rules: (_user, by) => `${by} changed the rules`,
    },
    keys: { next: "Next message", before: "Message before", write: "Write", end: "To the newest" },
  },
  audit: {
    about: "Who did what to whom, when and why. Each line is chained to the one before; none can be changed.", verify: "Verify the chain", export: "Export", whole: (acts) => `The chain is whole: ${acts} lines, none missing, none changed.`, broken: (number) => `Line ${number} does not fit: from here on somebody changed the log.`,
    anybody: "Anybody", anything: "Any act", anywhere: "Any room", from: "From", to: "To", when: "When", who: "Who", what: "Did what", whom: "To whom", where: "Where", why: "Why", more: "More", moreOf: (act, number) => `More on line ${number} (${act})`,
    house: "The house", door: "Door", number: "Number", hash: "Hash", key: "Key", before: "Before", after: "After", noChange: "No before and after was written down.", none: "Nothing fits", noneAbout: "Try other filters.",
    acts: {
      mute: "Mute", unmute: "Unmute", kick: "Kick", ban: "Ban", unban: "Pardon", pardon: "Pardon", rules: "Change rules", announce: "Announce", recall: "Recall", pin: "Pin", free: "Put on the white list", unfree: "Take off the white list", role: "Change a role",
      room_add: "New room", room_edit: "Edit a room", rooms_order: "Order rooms", channel_add: "New channel", channel_edit: "Edit a channel", channels_order: "Order channels", ways: "Change the door", invite: "Invite", uninvite: "Revoke an invitation", request: "Answer a request",
      organization_edit: "Edit the organization", staff_add: "Add staff", staff_edit: "Edit staff", staff_totp_on: "Second factor on", staff_totp_off: "Second factor off", staff_password: "Change a password", token_add: "New token", token_revoke: "Revoke a token", account_add: "Add an account", account_edit: "Change credentials",
    },
  },
  staff: {
    about: "Who can open this console. A change of role signs an account out everywhere.", make: "Add staff", made: (email) => `${email} can sign in`, who: "Account", you: "You", name: "Name", since: "Since", totp: "Second factor", totpOn: "On", totpOff: "Off", totpReset: "Reset second factor",
    totpTitle: (name) => `Reset the second factor of ${name}`, totpMeans: "They are signed out everywhere, and the password alone is enough until they turn it on again. Make sure first that it is really them.", end: "Deactivate", ended: "Deactivated", again: "Activate", back: "Active again", endTitle: (name) => `Deactivate ${name}`, endMeans: "They are signed out everywhere at once and cannot sign in. Their record stays; you can activate them again.",
    roleTitle: (name, role) => `Make ${name} ${role.toLowerCase()}`, signsOut: "They are signed out everywhere.", rolesTitle: "What each role may do",
    means: { owner: "Everything, other owners included.", admin: "Rooms, channels, staff, accounts and settings.", moderator: "Keeps order: speaks, announces, recalls, mutes, kicks, bans, reviews.", auditor: "Sees everything, changes nothing." },
    passwordTitle: "First password", passwordOnlyNow: (email) => `Hand it to ${email}; it is shown only now. Ask them to change it.`,
  },
  wechat: {
    about: "Your Official Accounts and mini-programs. Credentials go in and never come out.", make: "Add an account", credentials: "Change credentials", kind: "Kind", kinds: { official_account: "Official Account", mini_program: "Mini-program" }, callback: "Callback URL", copyCallback: "Copy the callback URL", mode: "Mode",
    modes: { plain: "Plain", compatible: "Compatible", safe: "Safe" }, there: "Kept", missing: "Missing", original: "Original id", noAddress: "The outside address is not known: an operator sets TEAHOUSE_PUBLIC_URL.", test: "Self-test",
    checks: { credentials: "Credentials", callback: "Pushes", address: "Address" }, none: "No accounts yet", noneAbout: "Guests come in by an Official Account or a mini-program.", writeOnly: "Credentials are kept encrypted and never shown again. What you leave empty stays.", stays: "Empty: stays as it is",
  },
  settings: {
    tabs: { account: "Account and security", organization: "Organization", tokens: "Tokens" }, totp: "Second factor", totpAbout: "Besides the password, confirm with an authenticator on your phone. Strongly advised.", totpBegin: "Turn it on", totpScan: "Scan this with an authenticator, then type the six digits it shows.", totpByHand: "Cannot scan? Type this in:", totpCode: "QR code for the second factor",
    totpConfirm: "Confirm", totpIsOn: "The second factor is on", totpEnd: "Turn it off", totpIsOff: "The second factor is off", codesAbout: "These recovery codes are shown only now. If you lose your phone, each of them opens once.", codesKept: "I have kept them", codesLeft: (left) => `${left} recovery codes are left.`,
    password: "Password", passwordAbout: "A new password signs you out everywhere else.", passwordOld: "Present password", passwordNew: "New password, 8 characters or more", passwordChanged: "The password is changed", sessions: "Where you are signed in", thisOne: "Here", sessionEnded: "Signed out there", endOthers: "Sign out elsewhere", endOthersMeans: "Every other device has to sign in again.", othersEnded: "Signed out everywhere else", newName: "New name of the organization",
  },
  tokens: {
    about: "Programs use the API by a token, and can speak in channels under their own name.", make: "New token", name: "Name", nameHint: "Under which it speaks", used: "Last used", ends: "Valid for", never: "Never", noEnd: "No end", days: (days) => `${days} days`, revoke: "Revoke", revokeTitle: (name) => `Revoke the token of “${name}”`, revokeMeans: "Programs that use it lose access at once.", revoked: "The token is revoked",
    none: "No tokens yet", noneAbout: "A bot or a program of yours needs one.", madeTitle: "Token", onlyNow: "The token is shown only now. Keep it safe.",
  },
  refusals: {
    wrong_credentials: "The password or the code is wrong, or was used already.", duplicate: "It is there already.", full: "It is full.", not_member: "They are no member.",
    unauthenticated: "Please sign in first.", forbidden: "Your role may not do this.", not_found: "Not found: it may be gone, or belong to another organization.", rate_limited: "Too often.",
    unavailable: "The service is not available just now; try again soon.", offline: "The server cannot be reached.", too_long: "Too long.", blocked_words: "It holds blocked words.", closed: "This is closed.", expired: "It has expired.",
  },
};

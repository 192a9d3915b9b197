/** Who is signed in, on this page. */

import { computed, ref, shallowRef } from "vue";
import { asError } from "./loading";
import { get, post, remove, type Schemas } from "./house";
import { showToken } from "./http";

export type Session = Schemas["SessionView"];

/** undefined until the house was asked, null when nobody is signed in. */
export const session = shallowRef<Session | null | undefined>(undefined);
/** What the sign-in page says about how the last session ended. */
export const farewell = ref("");

const RANK = ["auditor", "moderator", "admin", "owner"];
const atLeast = (role: string) => computed(() => RANK.indexOf(session.value?.role ?? "") >= RANK.indexOf(role));
/** May act on people and messages. */
export const mayModerate = atLeast("moderator");
/** May change rooms, lists, accounts. */
export const mayManage = atLeast("admin");
export const isOwner = atLeast("owner");

export async function resume(): Promise<void> {
  try {
    begin(await get("/session"));
  } catch (wrong) {
    if (asError(wrong).status !== 401) farewell.value = asError(wrong).message;
    session.value = null;
  }
}

/** "code" when a second factor is needed. Throws ApiError. */
export async function signIn(email: string, password: string, code: string): Promise<"in" | "code"> {
  try {
    begin(await post("/session", { body: { email, password, code } }));
    return "in";
  } catch (wrong) {
    if (asError(wrong).code === "code_needed") return "code";
    throw wrong;
  }
}

export async function signOut(): Promise<void> {
  await remove("/session");
  end("");
}

export function begin(fresh: Session): void {
  showToken(fresh.csrf);
  farewell.value = "";
  session.value = fresh;
}

export function end(why: string): void {
  if (session.value) farewell.value = why;
  session.value = null;
}

/** The Official Account with which this browser was linked: houses with several need to know which. */
const LINKED = "teahouse.scan";

export function beginScan(): Promise<Schemas["ScanView"]> {
  return post("/session/scan", { body: { appid: localStorage.getItem(LINKED) ?? "" } });
}

export function rememberLink(appid: string): void {
  localStorage.setItem(LINKED, appid);
}

/** How far the code is; "code" when the second factor is needed. Throws ApiError. */
export async function askScan({ scene, secret }: Schemas["ScanView"], code: string): Promise<Schemas["ScanState"] | "code"> {
  try {
    const told = await post("/session/scan/check", { body: { scene, secret, code } });
    if (told.session) begin(told.session);
    return told;
  } catch (wrong) {
    if (asError(wrong).code === "code_needed") return "code";
    throw wrong;
  }
}

/** The house's API, typed from its own OpenAPI document: `get("/rooms/{room}", { path: { room } })`.
 *
 * `schema.ts` is written by `npm run types`; a route, a parameter or a field that is not in the document does not build. */

import { address, ask, type Query } from "./http";
import type { components, paths as documented } from "./schema";

export type Schemas = components["schemas"];

type paths = { [P in keyof documented as P extends `/console/api/v1${infer Rest}` ? Rest : never]: documented[P] };
type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Json<T> = T extends { content: { "application/json": infer J } } ? J : null;
type Answer<O> = O extends { responses: infer R } ? (R extends { 200: infer A } ? Json<A> : null) : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? { body: B } : O extends { requestBody?: { content: { "application/json": infer B } } } ? { body?: B } : unknown;
type Parts<O> = O extends { parameters: { path: infer P } } ? { path: P } : unknown;
type Asked<O> = O extends { parameters: { query?: infer Q } } ? { query?: Q } : unknown;
type Given<O> = Parts<O> & Body<O> & Asked<O> & { signal?: AbortSignal; keepalive?: boolean };
type Arguments<O> = Record<never, never> extends Given<O> ? [given?: Given<O>] : [given: Given<O>];

interface Loose {
  path?: Record<string, string | number>;
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

function caller<M extends Method>(method: M) {
  return async <P extends PathsOf<M>>(path: P, ...[given]: Arguments<Operation<P, M>>): Promise<Answer<Operation<P, M>>> => {
    const { path: parts, ...rest } = (given ?? {}) as Loose;
    return (await ask(method.toUpperCase(), filled(path as string, parts), rest)) as Answer<Operation<P, M>>;
  };
}

export const get = caller("get");
export const post = caller("post");
export const put = caller("put");
export const patch = caller("patch");
export const remove = caller("delete");

/** Where a download or a stream of the API is. */
export function link<P extends PathsOf<"get">>(path: P, ...[given]: Arguments<Operation<P, "get">>): string {
  const { path: parts, query } = (given ?? {}) as Loose;
  return address(filled(path as string, parts), query);
}

export function filled(path: string, parts: Record<string, string | number> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(parts[name] ?? "")));
}

/** Why the house, or the way to it, said no. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly temporary = false,
    readonly retry_after_seconds?: number,
  ) {
    super(message);
    this.name = "Refused";
  }

  /** From a `refused` frame, or the `error` of an HTTP answer. */
  static of(told: Record<string, unknown>): Refused {
    const seconds = typeof told.retry_after_seconds === "number" ? told.retry_after_seconds : undefined;
    const code = String(told.code ?? "unavailable");
    return new Refused(code, String(told.message ?? code), told.temporary === true || seconds !== undefined, seconds);
  }
}

/** What a script asked for can't be: what was wrong, what was got, what to do. */
export function refuse(what: string, got: unknown, remedy: string): never {
  throw new TypeError(`${what}; got ${JSON.stringify(got)}; ${remedy}`);
}

/** What a script asked for can't be: what was wrong, what was got, what to do. */
export function refuse(what: string, got: unknown, remedy: string): never {
  const text = JSON.stringify(got) ?? String(got);
  throw new TypeError(`${what}; got ${text.length > 200 ? `${text.slice(0, 200)}…` : text}; ${remedy}`);
}

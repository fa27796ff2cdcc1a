/** Commands as they are typed into a shell. */

/** A name as one word of the shell. */
export function quoted(name: string): string {
  return /^[\w.:@-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

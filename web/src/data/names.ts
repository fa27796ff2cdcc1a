/** Names as folders of the store, and folders as parts of an address. */

/** Encode a name as `inscape.recording.names.to_folder` does: one safe folder name on every system. */
export function toFolder(name: string): string {
  const escape = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  const encoder = new TextEncoder();
  let folder = "";
  for (const character of name) {
    folder += /[A-Za-z0-9_.\-:[\]]/.test(character) ? character : [...encoder.encode(character)].map(escape).join("");
  }
  if (folder.startsWith(".")) folder = `%2E${folder.slice(1)}`;
  if (folder.startsWith("__")) folder = `%5F${folder.slice(1)}`;
  if (folder === "c" || folder === "zarr.json") folder = escape(folder.charCodeAt(0)) + folder.slice(1);
  return folder;
}

/** The name that a folder was made of. */
export function fromFolder(folder: string): string {
  return decodeURIComponent(folder);
}

/** Encode a path inside the store for an address: each segment once more, since folder names hold `%` themselves. */
export function toAddress(path: string): string {
  return path.split("/").filter(Boolean).map(encodeURIComponent).join("/");
}

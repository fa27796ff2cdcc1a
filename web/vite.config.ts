import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The modules that the page cannot begin without: what `main.tsx` imports, and what that imports. */
function neededAtFirst(modules: { getModuleInfo: (id: string) => { readonly importedIds: readonly string[] } | null }): ReadonlySet<string> {
  const found = new Set([fileURLToPath(new URL("./src/main.tsx", import.meta.url))]);
  for (const id of found) for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

const absent = fileURLToPath(new URL("./src/data/absent-codec.ts", import.meta.url));

export default defineConfig({
  // Relative addresses, so that a copied folder works from any place.
  base: "./",
  resolve: {
    // A recording is not compressed; without these the page carries no WebAssembly, which its CSP would refuse anyway.
    alias: { "numcodecs/blosc": absent, "numcodecs/lz4": absent, "numcodecs/zstd": absent },
  },
  build: {
    target: "es2022",
    // The Content-Security-Policy allows files of this server only: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file of what is needed at first, whoever else needs some of it: else each set of sharers would have its own.
    rolldownOptions: { output: { codeSplitting: { groups: [{ debugName: "page", name: (id, context) => (neededAtFirst(context).has(id) ? "page" : null) }] } } },
  },
  // Only what hangs ends by its time: on a machine that others take from us, what takes half a second may take ten.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 },
});

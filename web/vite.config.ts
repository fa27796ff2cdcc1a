import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

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
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});

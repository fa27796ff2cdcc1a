/** Light or dark: as the system says, until the reader says otherwise. */

import { computed, effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "inscape-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const systemTheme = signal<Theme>(system.matches ? "dark" : "light");
system.addEventListener("change", () => (systemTheme.value = system.matches ? "dark" : "light"));

function remembered(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null; // storage may be forbidden
  }
}

const chosen = signal<Theme | null>(remembered());

export const theme = computed<Theme>(() => chosen.value ?? systemTheme.value);

export function toggleTheme(): void {
  chosen.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, chosen.value);
  } catch {
    // then it holds until the page is closed
  }
}

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

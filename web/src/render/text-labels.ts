/** The beginnings of texts beside the points of some samples: in SVG, a few dozen of them. */

import type { Frame } from "../tour/frame";
import type { Placing } from "./markers-overlay";
import { positionOf } from "./picker";

const SVG = "http://www.w3.org/2000/svg";

/** The room that a text has beside its point, in CSS pixels, and how many there are at most. */
export const TEXT_ROOM = { width: 168, height: 19 };
export const MOST_TEXTS = 48;

/** Characters of a text that are shown. */
const LONGEST = 26;
/** Texts that are kept for when they are shown again. */
const KEPT = 2000;

export class TextLabels {
  private readonly group: SVGGElement;
  private readonly shown = new Map<number, SVGTextElement>();
  private readonly texts = new Map<number, string>();
  private readonly asked = new Set<number>();
  private wanted: ReadonlySet<number> = new Set();
  private failed = false;
  private freed = false;

  constructor(
    parent: SVGSVGElement,
    private readonly read: (sample: number) => Promise<string>,
    private readonly onChange: () => void,
    private readonly onFailed: () => void,
  ) {
    this.group = document.createElementNS(SVG, "g");
    this.group.setAttribute("class", "texts");
    parent.append(this.group);
  }

  get waiting(): boolean {
    return this.asked.size > 0;
  }

  /** The samples that have room for a text. */
  set(samples: Iterable<number>): void {
    const wanted = new Set(samples);
    this.wanted = wanted;
    for (const [sample, element] of this.shown) {
      if (wanted.has(sample)) continue;
      element.remove();
      this.shown.delete(sample);
    }
    for (const sample of wanted) {
      if (this.texts.has(sample)) this.show(sample);
      else void this.ask(sample);
    }
    for (const sample of this.texts.keys()) {
      if (this.texts.size <= KEPT) break;
      if (!wanted.has(sample)) this.texts.delete(sample);
    }
  }

  draw(frame: Frame, placing: Placing, beside: number): void {
    for (const [sample, element] of this.shown) {
      const [x, y] = positionOf(frame, sample);
      element.setAttribute("x", (placing.x + placing.scale * x + beside).toFixed(2));
      element.setAttribute("y", (placing.y - placing.scale * y).toFixed(2));
    }
  }

  free(): void {
    this.freed = true;
    this.group.remove();
  }

  private async ask(sample: number): Promise<void> {
    if (this.asked.has(sample)) return;
    this.asked.add(sample);
    try {
      this.texts.set(sample, shortened(await this.read(sample)));
    } catch {
      if (!this.failed && !this.freed) this.onFailed();
      this.failed = true;
    }
    this.asked.delete(sample);
    if (this.freed) return;
    if (this.wanted.has(sample) && this.texts.has(sample)) this.show(sample);
    this.onChange();
  }

  private show(sample: number): void {
    if (this.shown.has(sample)) return;
    const element = document.createElementNS(SVG, "text");
    element.textContent = this.texts.get(sample) ?? "";
    this.group.append(element);
    this.shown.set(sample, element);
  }
}

/** The beginning of a text in one line, cut between words where it can be. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = [...line];
  if (characters.length <= LONGEST) return line;
  const cut = characters.slice(0, LONGEST - 1).join("");
  const space = characters[LONGEST - 1] === " " ? -1 : cut.lastIndexOf(" ");
  return `${(space > LONGEST / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** What is known of single samples: the picture or the text, the prediction and how sure the model was. */

import { Pictures } from "./pictures";
import type { RecordingStore } from "./store";

/** Pages of thumbnails that are kept decoded; one of 1,024 cells of 64 pixels takes 16 MB. */
const PAGES = 8;

export interface Scores {
  /** (sample,) each; null where the recording has none. */
  readonly prediction: Int32Array | null;
  readonly confidence: Float32Array | null;
}

/** A cell of a decoded page. */
export interface Picture {
  readonly page: ImageBitmap;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Samples {
  private readonly pages = new Map<number, Promise<ImageBitmap>>();
  private readonly scored = new Map<string, Promise<Scores>>();
  private all: Pictures | null = null;
  private readonly losses = new Map<string, Promise<Float32Array | null>>();

  constructor(private store: RecordingStore) {}

  /** Go on with the index of a recording that grew. */
  renew(store: RecordingStore): void {
    this.store = store;
  }

  get hasPictures(): boolean {
    return this.store.index.thumbnails !== null;
  }

  /** The pictures of all samples, page by page; null where there are none. */
  get pictures(): Pictures | null {
    const { thumbnails, samples } = this.store.index;
    if (thumbnails) this.all ??= new Pictures(samples, thumbnails, (page) => this.readPage(page));
    return this.all;
  }

  get hasTexts(): boolean {
    return this.store.node("samples/text") !== undefined;
  }

  /** Whether the recording has predictions, by which points can be colored. */
  get hasPredictions(): boolean {
    const first = this.store.index.checkpoints[0];
    return first !== undefined && this.store.node(`${first.path}/prediction`) !== undefined;
  }

  get hasLosses(): boolean {
    return this.store.index.checkpoints.some(({ path }) => this.store.node(`${path}/loss`) !== undefined);
  }

  async picture(sample: number): Promise<Picture | null> {
    const entry = this.store.index.thumbnails;
    if (!entry) return null;
    const number = Math.floor(sample / entry.perPage);
    const page = await this.page(number);
    const cell = sample % entry.perPage;
    const [height, width] = entry.cell;
    return { page, x: (cell % entry.columns) * width, y: Math.floor(cell / entry.columns) * height, width, height };
  }

  text(sample: number): Promise<string> {
    return this.store.readText("samples/text", sample);
  }

  /** Predictions and confidences at a checkpoint. */
  scores(place: number): Promise<Scores> {
    const checkpoint = this.store.index.checkpoints[place];
    const key = checkpoint?.path ?? "";
    let scores = this.scored.get(key);
    if (!scores) {
      scores = this.readScores(key);
      this.scored.set(key, scores);
      scores.catch(() => this.scored.delete(key));
    }
    return scores;
  }

  /** (sample,): −log of the probability of the label at a checkpoint; null where the recording has none. */
  loss(place: number): Promise<Float32Array | null> {
    const key = this.store.index.checkpoints[place]?.path ?? "";
    let loss = this.losses.get(key);
    if (!loss) {
      loss = this.readLoss(key);
      this.losses.set(key, loss);
      loss.catch(() => this.losses.delete(key));
    }
    return loss;
  }

  private async readLoss(path: string): Promise<Float32Array | null> {
    if (!this.store.node(`${path}/loss`)) return null;
    const { data } = await this.store.read(`${path}/loss`);
    return data instanceof Float32Array ? data : null;
  }

  private async readScores(path: string): Promise<Scores> {
    const column = async (name: string) => (this.store.node(`${path}/${name}`) ? (await this.store.read(`${path}/${name}`)).data : null);
    const [prediction, confidence] = await Promise.all([column("prediction"), column("confidence")]);
    return {
      prediction: prediction instanceof Int32Array ? prediction : null,
      confidence: confidence instanceof Float32Array ? confidence : null,
    };
  }

  private async readPage(number: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array((await this.store.read(`samples/thumbnails/${number}`)).data);
  }

  private page(number: number): Promise<ImageBitmap> {
    let page = this.pages.get(number);
    this.pages.delete(number);
    if (!page) {
      page = this.readPage(number).then((bytes) => createImageBitmap(new Blob([bytes], { type: "image/webp" })));
      page.catch(() => this.pages.delete(number));
    }
    this.pages.set(number, page);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= PAGES) break;
      this.pages.delete(oldest);
    }
    return page;
  }
}

/** A number on its way to another: from where it is, smoothly, and it may be sent elsewhere at any time. */

import { smoothstep, TRANSITION } from "../tour/time";

export class Ease {
  private from: number;
  private elapsed = 0;
  private readonly seconds: number;

  constructor(
    public value: number,
    public target = value,
    seconds = TRANSITION,
  ) {
    this.from = value;
    this.seconds = seconds;
  }

  get moving(): boolean {
    return this.value !== this.target;
  }

  to(target: number): void {
    if (target === this.target) return;
    this.from = this.value;
    this.target = target;
    this.elapsed = 0;
  }

  /** Be there at once. */
  settle(target = this.target): void {
    this.from = this.target = this.value = target;
  }

  advance(seconds: number): void {
    if (!this.moving) return;
    this.elapsed += seconds;
    const done = this.elapsed >= this.seconds;
    this.value = done ? this.target : this.from + smoothstep(this.elapsed / this.seconds) * (this.target - this.from);
  }
}

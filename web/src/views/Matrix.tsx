/** The matrix of similarities: pointed at, clicked, drawn across, gone through by keys. Takes typed arrays and signals. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { branchAt, leavesUnder } from "../data/dendrogram";
import { rowAt, rowsBetween } from "../data/matrix-layout";
import { domainOf, measureOf } from "../data/similarity";
import { type Block, drawOverlay, type Overlay } from "../render/matrix-overlay";
import { type MatrixInks, MatrixStage, treeShare } from "../render/matrix-stage";
import type { AppState } from "../state/app-state";
import type { Cell, Likeness } from "../state/likeness";
import { noneColor, scaleColors } from "../theme/scales";

/** CSS pixels that a pointer moves in a click, at most; and from a branch of a tree where it is still pointed at. */
const STILL = 4;
const REACH = 9;

export function Matrix({ state }: { state: AppState }) {
  const box = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const { likeness } = state;
  useEffect(() => {
    const [below, above] = [cells.current?.getContext("2d"), over.current?.getContext("2d")];
    if (box.current && below && above) return run(state, box.current, below, above);
  }, [state]);
  const index = likeness.index.value;
  if (!index) return null;
  const layers = new Set(index.rows.map(({ layer }) => layer)).size;
  return (
    <div
      class="matrix-box"
      ref={box}
      role="application"
      aria-roledescription="matrix"
      aria-label={`Similarity matrix by ${measureOf(index).title}: ${index.rows.length} rows (${layers} layers), ${index.columns.length} columns${index.other ? ` of ${index.other.title}` : ""}. Arrow keys go from cell to cell, Enter shows both layers in the pictures, Shift with arrows takes a block and Enter draws it alone, Escape goes back.`}
      aria-describedby="similarity-said"
      tabIndex={0}
      data-testid="similarity"
    >
      <canvas ref={cells} aria-hidden="true" />
      <canvas ref={over} aria-hidden="true" />
    </div>
  );
}

interface Press {
  readonly pointer: number;
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly column: number;
  dragged: boolean;
}

function run(state: AppState, box: HTMLDivElement, below: CanvasRenderingContext2D, above: CanvasRenderingContext2D): () => void {
  const { likeness, motion } = state;
  const inks = (): MatrixInks => {
    const style = getComputedStyle(box);
    const [ink, soft, paper, hair, axis, accent] = ["--ink", "--soft", "--paper", "--hair", "--axis", "--accent"].map((name) => style.getPropertyValue(name).trim());
    return { ink, soft, paper, hair, axis, accent };
  };
  const stage = new MatrixStage(below, inks);
  let ratio = 1;
  let request = 0;
  let last: number | null = null;
  let press: Press | null = null;
  let block: Block | null = null;
  let branch: Overlay["branch"] = null;
  let shown: Float32Array | null = null;

  const isCurrent = (): boolean => likeness.index.peek() !== null && likeness.values.peek()?.of === likeness.index.peek();
  const frame = (now: number): void => {
    request = 0;
    const seconds = last === null ? 0 : Math.min(0.1, (now - last) / 1000);
    stage.draw(seconds);
    drawOver();
    last = stage.moving ? now : null;
    if (stage.moving) ask();
    else tell();
  };
  const ask = (): void => {
    request ||= requestAnimationFrame(frame);
  };
  const tell = (): void => {
    const { left, top, width, height } = stage.layout;
    likeness.drawn = isCurrent() && width > 0 && stage.rows.shown.length > 0 ? { left, top, width, height, rows: stage.rows.shown, columns: stage.columns.shown } : null;
  };
  const drawOver = (): void => {
    const index = likeness.index.peek();
    // Another similarity may be on its way: over the one before nothing is pointed at.
    if (!index || !isCurrent()) {
      above.canvas.width = above.canvas.width + 0;
      return;
    }
    const pending = likeness.pending.peek();
    drawOverlay(above, stage, { index, pointed: stage.moving ? null : likeness.pointed.peek(), chosen: stage.moving ? null : (pending ?? likeness.cell.peek()), waiting: pending !== null, block, branch }, inks(), ratio);
  };

  const measure = (): void => {
    const { width, height } = box.getBoundingClientRect();
    ratio = window.devicePixelRatio || 1;
    likeness.drawn = null;
    stage.resize(width, height, ratio);
    [above.canvas.width, above.canvas.height] = [below.canvas.width, below.canvas.height];
    ask();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  measure();

  const cellAt = (x: number, y: number): (Cell & { readonly at: readonly [number, number] }) | null => {
    const { left, top, width, height } = stage.layout;
    const [down, across] = [(y - top) / height, (x - left) / width];
    const [row, column] = [rowAt(stage.rows.shown, down), rowAt(stage.columns.shown, across)];
    return row === null || column === null || !isCurrent() ? null : { row, column, at: [stage.rows.shown.indexOf(row), stage.columns.shown.indexOf(column)] };
  };
  const branchUnder = (x: number, y: number): Overlay["branch"] => {
    const index = likeness.index.peek();
    if (!index || !isCurrent()) return null;
    const { left, top, width, height, rowTree, columnTree } = stage.layout;
    for (const ofRows of [true, false]) {
      const reach = ofRows ? rowTree : columnTree;
      const [away, place, length] = ofRows ? [x - left - width - 6, (y - top) / height, height] : [y - top - height - 6, (x - left) / width, width];
      const tree = index.tree[ofRows ? "rows" : "columns"];
      if (!reach || away < -2 || away > reach + REACH || place < 0 || place > 1) continue;
      const tallest = Math.max(1e-9, tree[tree.length - 1]?.height ?? 1);
      const found = branchAt(ofRows ? stage.rowBranches : stage.columnBranches, place, away, length, (height) => reach * treeShare(height, tallest), REACH);
      if (found) return { branch: found, ofRows };
    }
    return null;
  };
  const placeOf = (event: PointerEvent | MouseEvent): [number, number] => {
    const { left, top } = box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const point = (cell: Cell | null): void => {
    const now = likeness.pointed.peek();
    if (now?.row !== cell?.row || now?.column !== cell?.column) likeness.pointed.value = cell && { row: cell.row, column: cell.column };
  };

  const onMove = (event: PointerEvent): void => {
    const [x, y] = placeOf(event);
    if (press?.pointer === event.pointerId) {
      if (!press.dragged && Math.hypot(x - press.x, y - press.y) < STILL) return;
      press.dragged = true;
      const { left, top, width, height } = stage.layout;
      const inside = cellAt(Math.min(left + width - 0.01, Math.max(left, x)), Math.min(top + height - 0.01, Math.max(top, y)));
      if (inside) block = { rows: [press.row, inside.at[0]], columns: [press.column, inside.at[1]] };
      point(inside);
      drawOver();
      return;
    }
    const cell = cellAt(x, y);
    const under = cell ? null : branchUnder(x, y);
    if (under?.branch.merge !== branch?.branch.merge || under?.ofRows !== branch?.ofRows) {
      branch = under;
      drawOver();
    }
    box.style.cursor = under ? "pointer" : "";
    point(cell);
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const [x, y] = placeOf(event);
    const cell = cellAt(x, y);
    block = null;
    if (!cell) return;
    press = { pointer: event.pointerId, x, y, row: cell.at[0], column: cell.at[1], dragged: false };
    box.setPointerCapture(event.pointerId);
    point(cell);
  };
  const onUp = (event: PointerEvent): void => {
    const held = press;
    press = null;
    if (held?.pointer === event.pointerId && held.dragged) {
      take();
      return;
    }
    const cell = cellAt(...placeOf(event));
    if (held && cell) void likeness.show({ row: cell.row, column: cell.column });
    else if (!held && branch) {
      const index = likeness.index.peek();
      if (!index) return;
      const which = branch.ofRows ? "rows" : "columns";
      const leaves = leavesUnder(index.tree[which], index[which].length, branch.branch.merge);
      const there = likeness.range.peek();
      const kept = there ? leaves.filter((leaf) => there[which].includes(leaf)) : leaves;
      const other = there ?? { rows: index.rows.map((_, i) => i), columns: index.columns.map((_, i) => i) };
      branch = null;
      likeness.setRange(index.symmetric ? { rows: kept, columns: kept } : { ...other, [which]: kept });
    }
  };
  const cancel = (): void => {
    press = null;
    block = null;
    drawOver();
  };
  /** Draw the block alone. */
  const take = (): void => {
    const taken = block;
    block = null;
    point(null);
    const single = taken && taken.rows[0] === taken.rows[1] && taken.columns[0] === taken.columns[1];
    if (taken && !single) likeness.setRange({ rows: rowsBetween(stage.rows.shown, ...taken.rows), columns: rowsBetween(stage.columns.shown, ...taken.columns) });
    else drawOver();
  };
  const onLeave = (): void => {
    if (press) return;
    branch = null;
    point(null);
    drawOver();
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows, columns } = stage;
    if (!isCurrent() || !rows.shown.length || !columns.shown.length) return;
    const here = likeness.pointed.peek() ?? shownCell(likeness, rows.shown, columns.shown);
    const at = [rows.shown.indexOf(here.row), columns.shown.indexOf(here.column)] as const;
    const by = STEPS[event.key];
    if (by) {
      const clamp = (place: number, count: number): number => Math.min(count - 1, Math.max(0, place));
      const to = likeness.pointed.peek() ? ([clamp(at[0] + by[0], rows.shown.length), clamp(at[1] + by[1], columns.shown.length)] as const) : at;
      block = event.shiftKey ? { rows: [block?.rows[0] ?? at[0], to[0]], columns: [block?.columns[0] ?? at[1], to[1]] } : null;
      likeness.pointed.value = { row: rows.shown[to[0]], column: columns.shown[to[1]] };
      drawOver();
    } else if (event.key === "Enter") {
      if (block) take();
      else void likeness.show(here);
    } else if (event.key === "Escape" && (block || press)) cancel();
    else if (event.key === "Escape" && likeness.range.peek()) likeness.leaveRange();
    else return;
    event.preventDefault();
  };
  const onFocus = (): void => {
    if (box.matches(":focus-visible") && !likeness.pointed.peek() && stage.rows.shown.length) likeness.pointed.value = shownCell(likeness, stage.rows.shown, stage.columns.shown);
  };
  const onBlur = (): void => {
    cancel();
    point(null);
  };
  const onDouble = (event: MouseEvent): void => {
    event.preventDefault();
    likeness.leaveRange();
  };
  const listeners: [string, (event: never) => void][] = [
    ...([["pointermove", onMove], ["pointerdown", onDown], ["pointerup", onUp], ["pointercancel", cancel], ["pointerleave", onLeave]] as [string, (event: never) => void][]),
    ...([["keydown", onKey], ["focus", onFocus], ["blur", onBlur], ["dblclick", onDouble]] as [string, (event: never) => void][]),
  ];
  for (const [name, listener] of listeners) box.addEventListener(name, listener as EventListener);

  const stops = [
    effect(() => {
      const values = likeness.values.value;
      const dark = state.dark.value;
      const scale = state.colorScale.value;
      const { order, range } = likeness;
      const [likely, part] = [order.value === "likeness", range.value];
      if (!values || values.of !== likeness.index.value) return;
      const fresh = shown !== values.values;
      if (fresh) stage.set(values.of, values.values, motion.still);
      shown = values.values;
      stage.paint(scaleColors(scale, dark), noneColor(dark), domainOf(values.values));
      stage.arrange(likely, part, motion.still);
      if (fresh || stage.moving) likeness.drawn = null;
      ask();
    }),
    effect(() => {
      for (const signal of [likeness.pointed, likeness.cell, likeness.pending]) void signal.value;
      drawOver();
    }),
  ];
  return () => {
    cancelAnimationFrame(request);
    for (const stop of stops) stop();
    for (const [name, listener] of listeners) box.removeEventListener(name, listener as EventListener);
    observer.disconnect();
    likeness.drawn = null;
    likeness.pointed.value = null;
  };
}

const STEPS: Readonly<Record<string, readonly [number, number] | undefined>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/** Where the keyboard begins: at what the pictures show, or at the first cell. */
function shownCell(likeness: Likeness, rows: readonly number[], columns: readonly number[]): Cell {
  const cell = likeness.pending.peek() ?? likeness.cell.peek();
  return cell && rows.includes(cell.row) && columns.includes(cell.column) ? cell : { row: rows[0], column: columns[0] };
}

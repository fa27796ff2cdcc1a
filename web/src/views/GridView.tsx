/**
 * Small multiples: layer by checkpoint; the layers of a single checkpoint wrap, as lines of a text do. One basis turns
 * them all; what is brushed in one is lit in every one.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { stepNearest } from "../data/steps";
import type { AppState } from "../state/app-state";
import type { Cell } from "../state/grid";
import { GridMotion } from "../state/grid-motion";
import { ContextLost, Message } from "./Message";
import { type GridHand, runGrid } from "./grid-run";
import { useStage } from "./stage-loop";
import { percent } from "./trust-table";

/** CSS pixels: the least height and width of a cell, what is left for the names of rows. */
const LEAST = { width: 84, height: 84 };
const NAMES = 76;
/** CSS pixels over the cells: the names of columns; and, where layers wrap, over each cell, its own. */
const HEADS = 22;

export function GridView({ state }: { state: AppState }) {
  const { rows, columns, cells, of } = state.grid.cells.value;
  const recording = state.recording.value;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const marks = useRef<SVGSVGElement>(null);
  const hand = useRef<GridHand>({ waits: null }).current;
  const [size, setSize] = useState({ width: 0, height: 0 });
  const wraps = columns.length === 1 && rows.length > 1;
  const { width, height, across } = cellSize(size, rows.length, columns.length);
  // Where the cells are to get another size, nothing is drawn as it will be: whoever waits for the picture waits on.
  const fitted = useRef({ width, height, rows: rows.length, columns: columns.length });
  fitted.current = { width, height, rows: rows.length, columns: columns.length };
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    state.drawn = false;
    const observer = new ResizeObserver(() => {
      const now = { width: box.clientWidth, height: box.clientHeight };
      const cell = cellSize(now, fitted.current.rows, fitted.current.columns);
      if (cell.width !== fitted.current.width || cell.height !== fitted.current.height) state.drawn = false;
      setSize(now);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  // The clouds outlive the size of their cells: else nothing would lie under the pointer until they are read again.
  const [motion, setMotion] = useState<GridMotion | null>(null);
  useEffect(() => {
    if (!recording) return;
    const made = new GridMotion(state, recording, cells);
    setMotion(made);
    return () => made.end();
  }, [recording, cells]);
  const { failure, lost } = useStage(
    (contextChanged) => (canvas.current && marks.current && motion && size.width ? runGrid({ state, motion, canvas: canvas.current, marks: marks.current, columns: across, width, height, hand, contextChanged }) : undefined),
    [motion, width, height, across, size.width > 0],
  );
  if (!recording) return null;
  if (failure) return <Message title="The points can't be drawn" text={failure} />;
  const names = recording.store.index.checkpoints.map(({ name }) => name);
  const [allRows, allColumns] = of;
  const fewer = rows.length < allRows || columns.length < allColumns;
  return (
    <div class="grid-view" data-testid="grid" ref={scroller}>
      <div class="grid-table" style={{ gridTemplateColumns: `${wraps ? "" : `${NAMES}px`} repeat(${across}, ${width}px)` }}>
        {!wraps && <span />}
        {!wraps &&
          columns.map((place) => (
            <span key={place} class="grid-column">
              {names[place]}
            </span>
          ))}
        {rows.map((layer, r) => (
          <Row key={layer} layer={layer} named={!wraps} height={height} cells={cells.slice(r * columns.length, (r + 1) * columns.length)} names={names} here={isHere(state)} onEnter={(cell) => state.grid.enter(cell)} />
        ))}
        <div class="grid-canvas" style={{ left: `${wraps ? 0 : NAMES}px`, top: `${wraps ? 0 : HEADS}px`, width: `${width * across}px`, height: `${height * Math.ceil(cells.length / Math.max(1, across))}px` }}>
          <canvas ref={canvas} role="img" aria-label={`${rows.length} layers by ${columns.length} checkpoints, a small scatter plot each`} />
          <svg ref={marks} aria-hidden="true" />
        </div>
      </div>
      {lost && <ContextLost />}
      {fewer && (
        <p class="note">
          {rows.length} of {allRows} layers and {columns.length} of {allColumns} checkpoints: more would be too many points to draw.
        </p>
      )}
    </div>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels of a cell in a box of such a size, and how many lie beside each other. */
function cellSize(box: Size, rows: number, columns: number): Size & { readonly across: number } {
  if (columns === 1 && rows > 1) {
    const [width, height] = [Math.max(LEAST.width, box.width), Math.max(LEAST.height, box.height)];
    const sideBy = (across: number): number => Math.min(width / across, height / Math.ceil(rows / across));
    const most = Math.min(rows, Math.max(1, Math.floor(width / LEAST.width)));
    const across = Array.from({ length: most }, (_, i) => i + 1).reduce((best, many) => (sideBy(many) > sideBy(best) ? many : best), 1);
    return { width: Math.floor(width / across), height: Math.max(LEAST.height, Math.floor(height / Math.ceil(rows / across))), across };
  }
  const width = Math.max(LEAST.width, Math.floor((box.width - NAMES) / Math.max(1, columns)));
  return { width, height: Math.max(LEAST.height, Math.min(width, Math.floor((box.height - HEADS - 2) / Math.max(1, rows)))), across: Math.max(1, columns) };
}

/** The share of the neighbors that the cell's layout keeps, where it was measured. */
function Keeps({ cell: { steps, place } }: { cell: Cell }) {
  const quality = steps.embedding.quality[stepNearest(steps, place)];
  return quality && <span class="grid-keeps" title={`All ${steps.embedding.dims} dimensions keep ${percent(quality.recall)} of each sample's ${quality.k} nearest`}>{percent(quality.recall)}</span>;
}

function isHere(state: AppState): (cell: Cell) => boolean {
  const layer = state.layer.value;
  const place = Math.round(state.checkpoint.value);
  return (cell) => cell.layer === layer && cell.place === place;
}

interface RowProps {
  readonly layer: string;
  /** Whether its name stands before the row; else in the cell. */
  readonly named: boolean;
  readonly height: number;
  readonly cells: readonly (Cell | null)[];
  readonly names: readonly string[];
  readonly here: (cell: Cell) => boolean;
  readonly onEnter: (cell: Cell) => void;
}

function Row({ layer, named, height, cells, names, here, onEnter }: RowProps) {
  return (
    <>
      {named && (
        <span class="grid-row" title={layer}>
          <bdi>{layer}</bdi>
        </span>
      )}
      {cells.map((cell, i) =>
        cell ? (
          <div key={i} class={here(cell) ? "grid-cell here" : "grid-cell"} style={{ height: `${height}px` }}>
            <button type="button" class="grid-enter" aria-label={`Show ${layer} at ${names[cell.place]} alone`} title="Show it alone" onClick={() => onEnter(cell)}>
              ⤢
            </button>
            {!named && <span class="grid-name">{layer}</span>}
            <Keeps cell={cell} />
          </div>
        ) : (
          <div key={i} class="grid-cell none" style={{ height: `${height}px` }} title={`${layer} was not laid out there`} />
        ),
      )}
    </>
  );
}


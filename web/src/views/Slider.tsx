/** A range input over a row of dots, one for each place that has a name. */

export interface SliderProps {
  readonly label: string;
  readonly testid: string;
  /** The names of the places 0, 1, 2, … */
  readonly names: readonly string[];
  readonly value: number;
  /** The first and last place that can be chosen. */
  readonly span: readonly [number, number];
  /** Between places too? */
  readonly continuous: boolean;
  readonly text: string;
  readonly onInput: (value: number) => void;
}

/** Half of the thumb, by which the ends of its way stand in from the ends of the input; as in the style sheet. */
const INSET = 8;

/** Above this many the dots would be a line. */
const MOST_DOTS = 60;

export function Slider({ label, testid, names, value, span, continuous, text, onInput }: SliderProps) {
  const [first, last] = span;
  const wide = Math.max(1, last - first);
  const places = names.map((_, i) => i).filter((i) => i >= first && i <= last);
  return (
    <div class="slider">
      <div class="dots" aria-hidden="true">
        {places.length <= MOST_DOTS &&
          places.map((place) => (
            <span
              key={place}
              class={place <= value + 1e-6 ? "dot past" : "dot"}
              title={names[place]}
              style={{ left: `calc(${INSET}px + (100% - ${2 * INSET}px) * ${(place - first) / wide})` }}
            />
          ))}
      </div>
      <input
        type="range"
        data-testid={testid}
        aria-label={label}
        aria-valuetext={text}
        min={first}
        max={last}
        step={continuous ? "any" : 1}
        value={value}
        disabled={first === last}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

/** The keys, and how to use the hand. */

import { useEffect, useRef } from "preact/hooks";

const KEYS: readonly (readonly [string, string])[] = [
  ["space", "play or pause the tour; in Trails: let them grow"],
  ["j k", "next, previous layer"],
  ["l h", "next, previous checkpoint"],
  ["r", "reset the view"],
  ["+ −", "nearer, farther; arrows move, with the stage focused"],
  [". ,", "next, previous sample; Enter selects it, with the stage focused"],
  ["i", "pictures, then their mean colors, in place of points; or texts"],
  ["q w e", "lasso, rectangle, brush; once more, or Esc, to move the stage again"],
  ["Shift Alt", "while drawing: add, take away; both: keep what is in both"],
  ["[ ]", "a smaller, a larger brush"],
  ["Enter", "with a tool, the stage focused: begin a region that arrows move and Shift with arrows resizes; Enter takes it"],
  ["f", "show the selection alone, or all again"],
  ["c", "clear the selection"],
  ["/", "search the samples; Enter selects what is found, with Shift added, with Alt taken away"],
  ["n", "select the nearest neighbors of the sample"],
  ["a", "handles at the ends of the axes, where there are axes"],
  ["d", "a handle at the middle of what is selected"],
  ["arrows", "move the focused handle; with Shift by a pixel"],
  ["p x", "pin or remove the focused handle; Enter names it, . and , go to the next and the previous"],
  ["v g", "two pictures beside each other; every layer at every checkpoint"],
  ["< >", "the saved view before, the next one"],
  ["b", "keep this view, with a sentence"],
  ["Ctrl+Z", "undo; with Shift, redo"],
  ["1 … 7", "the views"],
  ["Esc", "leave what was opened last"],
  ["?", "this"],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" onClose={onClose} data-testid="help">
      <h2 id="help-title">Keys and hands</h2>
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        Drag moves the stage; wheel or pinch bring it nearer. Point at a sample to see what it is: the tour slows down.
        Drag a handle and the view turns with it; a pinned one stays where it is meanwhile. Click selects, Shift and drag draw around more; in the legend,
        click shows a class alone, a dot sets its color, and a drag over the bar draws a range alone.
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

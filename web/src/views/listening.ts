/** Listeners that come and go together. */

type Listeners = { readonly [Kind in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Kind]) => void };

/** Listen to several kinds of events of an element; returns how to end it. What listens may keep the event from the page. */
export function listenTo(element: HTMLElement, listeners: Listeners): () => void {
  const all = Object.entries(listeners) as [string, (event: Event) => void][];
  for (const [kind, listener] of all) element.addEventListener(kind, listener, { passive: false });
  return () => {
    for (const [kind, listener] of all) element.removeEventListener(kind, listener);
  };
}

/** Where an event is, in CSS pixels from the upper left corner of an element. */
export function placeOn(element: HTMLElement, event: MouseEvent): [number, number] {
  const { left, top } = element.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

/**
 * Put into every page before its own scripts: measures from outside what the main thread does for a frame.
 *
 * A frame is an animation callback that draws points: with WebGL2, or on a 2D canvas that it clears first. Kept of each
 * is when its callback began and how long it took; of timers, which may prepare or ask for frames, how long they took.
 * `shown` is when a recording's points are on the screen: after a whole frame beyond the one that said `ready`.
 */
(() => {
  const measured = { starts: [], busy: [], timers: 0, diameter: null, shown: null };
  window.measured = measured;
  let drew = false;

  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      drew = false;
      const start = performance.now();
      try {
        callback(now);
      } finally {
        const end = performance.now();
        if (drew) {
          measured.starts.push(start);
          measured.busy.push(end - start);
        }
      }
    });

  const later = window.setTimeout.bind(window);
  window.setTimeout = (callback, delay, ...rest) => {
    if (typeof callback !== "function") return later(callback, delay, ...rest);
    return later(() => {
      const start = performance.now();
      try {
        callback(...rest);
      } finally {
        measured.timers += performance.now() - start;
      }
    }, delay);
  };

  const noticed = (prototype, name) => {
    const original = prototype[name];
    prototype[name] = function (...given) {
      drew = true;
      return original.apply(this, given);
    };
  };
  for (const way of ["drawArrays", "drawArraysInstanced", "drawElements", "drawElementsInstanced"]) noticed(WebGL2RenderingContext.prototype, way);
  noticed(CanvasRenderingContext2D.prototype, "clearRect");

  // The size of Inscape's points is read where the page hands it to the shader, so that the peer's is the same.
  const sizes = new WeakSet();
  const { getUniformLocation, uniform1f } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.getUniformLocation = function (program, name) {
    const place = getUniformLocation.call(this, program, name);
    if (place && name === "u_size") sizes.add(place);
    return place;
  };
  WebGL2RenderingContext.prototype.uniform1f = function (place, value) {
    if (place && sizes.has(place)) measured.diameter = value / window.devicePixelRatio;
    uniform1f.call(this, place, value);
  };

  window.watchForPoints = (points) => {
    const look = () => {
      const view = window.inscape?.view;
      if (view?.ready && view.points === points) request(() => request(() => (measured.shown = performance.now())));
      else later(look, 2);
    };
    look();
  };
})();

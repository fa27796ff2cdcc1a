/** langevitour, as a page of its own would use it: shown the same numbers, the same size, at the same scale. */

import { Langevitour } from "langevitour";

let widget = null;

/**
 * Show rows of float32 numbers; at rest.
 *
 * @param {{width: number, height: number, dims: number, groups: number, diameter: number, pixels: number}} wanted
 *     the canvas in CSS pixels, d, the number of classes, the points' diameter, and the pixels that one unit takes.
 */
window.showPeer = async ({ width, height, dims, groups, diameter, pixels }) => {
  const rows = new Float32Array(await (await fetch("rows.bin")).arrayBuffer());
  const group = Array.from(new Int32Array(await (await fetch("groups.bin")).arrayBuffer()));
  widget = new Langevitour(document.getElementById("plot"), width, height);
  // Its plot is a square at the left of the canvas, from -1 to 1 within 2.5 pixels of the edge.
  const scale = (Math.min(width - 100, height) - 5) / 2 / pixels;
  widget.renderValue({
    X: Array.from(group, (_, i) => Array.from(rows.subarray(i * dims, (i + 1) * dims))),
    scale: Array(dims).fill(scale),
    center: Array(dims).fill(0),
    colnames: Array.from({ length: dims }, (_, k) => `PC ${k + 1}`),
    group,
    levels: Array.from({ length: groups }, (_, k) => `class ${k}`),
    pointSize: diameter / 2, // it draws squares of twice this
    colorVariation: 0, // no shade of its own for each point
    enableControls: false, // no buttons below, so that all the height is the canvas
    state: { playing: false, axesOn: false },
  });
  // As when the pointer has left by the right side: else every frame looks for the points near the corner (0, 0).
  widget.mouseX = width;
};

window.playPeer = (playing) => widget.setState({ playing });

/**
 * What the graphics card does with trails: ribbons with a width in pixels, and their heads. Vertices are counted and look up
 * what they need: as instances they would be drawn one by one by renderers in software.
 */

import { SHADES } from "../theme/time-colors";

/** Texels in a row of the textures of places and of groups. */
export const ROW = 4096;

const COMMON = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp isampler2D;
precision highp usampler2D;
// By sample and point; and by trail, as they are drawn: sample and group.
uniform isampler2D u_raw;
uniform isampler2D u_class;
uniform isampler2D u_together;
uniform usampler2D u_list;
uniform sampler2D u_shades;
uniform vec3 u_weights;
uniform int u_points;
uniform int u_first;
uniform vec2 u_unit;
uniform vec2 u_zero;
uniform vec2 u_size;
uniform float u_end;

ivec2 texel(int i) {
  return ivec2(i % ${ROW}, i / ${ROW});
}

vec2 placeOf(int point, int sample_) {
  ivec2 at = texel(sample_ * u_points + point);
  vec2 place = vec2(0.0);
  if (u_weights.x > 0.0) place += u_weights.x * vec2(texelFetch(u_raw, at, 0).xy);
  if (u_weights.y > 0.0) place += u_weights.y * vec2(texelFetch(u_class, at, 0).xy);
  if (u_weights.z > 0.0) place += u_weights.z * vec2(texelFetch(u_together, at, 0).xy);
  return place;
}

// In device pixels, y down.
vec2 toPixels(vec2 place) {
  return u_zero + place * u_unit;
}

vec3 shadeAt(float time, int group) {
  return texelFetch(u_shades, ivec2(int(round(clamp(time / u_end, 0.0, 1.0) * ${(SHADES - 1).toFixed(1)})), group), 0).rgb;
}

vec4 toClip(vec2 pixel) {
  return vec4(2.0 * pixel.x / u_size.x - 1.0, 1.0 - 2.0 * pixel.y / u_size.y, 0.0, 1.0);
}
`;

/** The four corners of one segment of one trail. Its neighbors give the corners their directions, so that no joint gapes. */
export const LINE_VERTEX = `${COMMON}
uniform ivec4 u_at;
uniform vec2 u_shares;
uniform vec2 u_times;
uniform float u_now;
uniform float u_line;
uniform float u_taper;
uniform vec4 u_flat;
out vec3 v_color;
out float v_across;
out float v_half;

void main() {
  ivec2 trail = ivec2(texelFetch(u_list, texel(u_first + gl_VertexID / 4), 0).xy);
  bool second = (gl_VertexID & 2) != 0;
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  // What lies behind the present is where the trail has come to.
  vec2 here = placeOf(u_at.y, trail.x);
  vec2 next = mix(here, placeOf(u_at.z, trail.x), u_shares.x);
  vec2 other = placeOf(second ? u_at.w : u_at.x, trail.x);
  vec2 at = second ? next : here;
  vec2 from = (second ? next - here : here - other) * u_unit;
  vec2 to = (second ? u_shares.y * (other - next) : next - here) * u_unit;
  // What stands still has the direction of what comes before or after.
  float went = length(from);
  float goes = length(to);
  vec2 a = went > 1e-4 ? from / went : goes > 1e-4 ? to / goes : vec2(1.0, 0.0);
  vec2 b = goes > 1e-4 ? to / goes : a;
  vec2 sum = a + b;
  // Where it turns about, the corner would be endless: there the ribbon is folded.
  vec2 along = dot(sum, sum) > 0.02 ? normalize(sum) : a;
  float stretch = 1.0 / max(0.5, dot(along, a));
  float time = second ? u_times.y : u_times.x;
  v_half = 0.5 * u_line * mix(1.0, mix(0.3, 2.1, time / u_now), u_taper);
  float reach = v_half + 1.0;
  v_across = side * reach;
  v_color = mix(shadeAt(time, trail.y), u_flat.rgb, u_flat.a);
  gl_Position = toClip(toPixels(at) + vec2(-along.y, along.x) * side * reach * stretch);
}`;

export const LINE_FRAGMENT = `#version 300 es
precision highp float;
uniform float u_opacity;
in vec3 v_color;
in float v_across;
in float v_half;
out vec4 color;
void main() {
  float alpha = u_opacity * min(2.0 * v_half, clamp(v_half + 0.5 - abs(v_across), 0.0, 1.0));
  color = vec4(v_color * alpha, alpha);
}`;

/** A head, where the trail has come to, and the direction in which it came there. */
export const HEAD_VERTEX = `${COMMON}
uniform ivec4 u_at;
uniform vec2 u_shares;
uniform float u_head;
uniform float u_ring;
uniform vec4 u_flat;
out vec3 v_color;
out vec2 v_along;

void main() {
  ivec2 trail = ivec2(texelFetch(u_list, texel(u_first + gl_VertexID), 0).xy);
  vec2 here = mix(placeOf(u_at.y, trail.x), placeOf(u_at.z, trail.x), u_shares.x);
  // From a little way back: the direction of the last stretch alone trembles.
  vec2 way = (here - placeOf(u_at.x, trail.x)) * u_unit;
  v_along = length(way) > 0.5 ? normalize(way) : vec2(0.0);
  v_color = mix(shadeAt(u_end, trail.y), u_flat.rgb, u_flat.a);
  gl_Position = toClip(toPixels(here));
  gl_PointSize = u_head + 2.0 * u_ring + 2.0;
}`;

export const HEAD_FRAGMENT = `#version 300 es
precision highp float;
uniform float u_head;
uniform float u_ring;
uniform float u_arrow;
uniform float u_opacity;
in vec3 v_color;
in vec2 v_along;
out vec4 color;
void main() {
  vec2 place = (gl_PointCoord - 0.5) * (u_head + 2.0 * u_ring + 2.0);
  float round_ = length(place) - 0.5 * u_head;
  float inside = round_;
  if (u_arrow > 0.0 && dot(v_along, v_along) > 0.0) {
    vec2 turned = vec2(dot(place, v_along), dot(place, vec2(-v_along.y, v_along.x)));
    // A triangle that points to where the trail goes.
    float tip = dot(vec2(turned.x, abs(turned.y)) - vec2(0.5 * u_head, 0.0), normalize(vec2(0.42, 1.0)));
    float arrow = max(tip, -turned.x - 0.4 * u_head);
    inside = mix(round_, arrow, u_arrow);
  }
  float alpha = u_opacity * clamp(u_ring + 0.5 - inside, 0.0, 1.0);
  color = vec4(v_color * alpha, alpha);
}`;

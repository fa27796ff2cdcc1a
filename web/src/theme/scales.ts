/** Colors of numbers: 256 steps of a scale, from the lowest to the highest. */

import { type Rgb, toRgb } from "./palette";

/** Of numbers that grow from nothing, and of numbers to both sides of zero. */
export const SCALES = ["viridis", "cividis"] as const;
export type ScaleName = (typeof SCALES)[number];

export const STEPS = 256;

/** Viridis by S. van der Walt and N. Smith (CC0): 256 colors as matplotlib 3.11 publishes them, `rrggbb` each. */
const VIRIDIS =
  "44015444025645045745055946075a46085c460a5d460b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e" +
  "481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c472f7d46307e46327e46337f463480453581" +
  "453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a" +
  "3d4e8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d" +
  "33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e" +
  "2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e25838e25848e25858e24868e24878e23888e" +
  "23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a" +
  "1e9c891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad81" +
  "28ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf70" +
  "46c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca6063cb5f65cb5e67cc5c69cd5b6ccd5a6ece58" +
  "70cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39" +
  "a2da37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21a" +
  "d8e219dae319dde318dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725";

/** Cividis by J. Nuñez, C. Anderton and R. Renslow (PLOS ONE 2018, made for color-blind readers), from the same place. */
const CIVIDIS =
  "00224e00234f00245100255300255400265600275800285900285b00295d002a5f002a61002b62002c64002c66002d68002e6a002e6c002f6d00306f" +
  "0030700031700031710132710533710833700c34700f357012357014367016377018376f1a386f1c396f1e3a6f203a6f213b6e233c6e243c6e263d6e" +
  "273e6e293f6e2a3f6d2b406d2d416d2e416d2f426d31436d32436d33446d34456c35456c36466c38476c39486c3a486c3b496c3c4a6c3d4a6c3e4b6c" +
  "3f4c6c404c6c414d6c424e6c434e6c444f6c45506c46516c47516c48526c49536c4a536c4b546c4c556c4d556c4e566c4f576c50576c51586d52596d" +
  "535a6d545a6d555b6d555c6d565c6d575d6d585e6d595e6e5a5f6e5b606e5c616e5d616e5e626e5e636f5f636f60646f61656f62656f636670646770" +
  "656870656870666970676a71686a71696b716a6c716b6d726c6d726c6e726d6f726e6f736f7073707173717274727274727374737475747475757575" +
  "7676767777767777777878777979777a7a787b7a787c7b787d7c787e7c787e7d787f7e78807f78817f78828079838179848279858279868379878478" +
  "8885788985788a86788b87788c88788d88788e89788f8a78908b78918b78928c78928d78938e78948e77958f779690779791779892779992779a9376" +
  "9b94769c95769d95769e96769f9775a09875a19975a29975a39a74a49b74a59c74a69c74a79d73a89e73a99f73aaa073aba072aca172ada272aea371" +
  "afa471b0a571b1a570b3a670b4a76fb5a86fb6a96fb7a96eb8aa6eb9ab6dbaac6dbbad6dbcae6cbdae6cbeaf6bbfb06bc0b16ac1b26ac2b369c3b369" +
  "c4b468c5b568c6b667c7b767c8b866c9b965cbb965ccba64cdbb63cebc63cfbd62d0be62d1bf61d2c060d3c05fd4c15fd5c25ed6c35dd7c45cd9c55c" +
  "dac65bdbc75adcc859ddc858dec958dfca57e0cb56e1cc55e2cd54e4ce53e5cf52e6d051e7d150e8d24fe9d34eead34cebd44bedd54aeed649efd748" +
  "f0d846f1d945f2da44f3db42f5dc41f6dd3ff7de3ef8df3cf9e03afbe138fce236fde334fee434fee535fee636fee838";

/**
 * The part of a table that stands out from the paper: to 1.7 of contrast on white, as the colors of classes do (its
 * yellows don't), and to 2 on near black (its darkest violets don't).
 */
const READABLE: Record<ScaleName, { table: string; light: readonly [number, number]; dark: readonly [number, number] }> = {
  viridis: { table: VIRIDIS, light: [0, 216], dark: [46, 255] },
  cividis: { table: CIVIDIS, light: [0, 221], dark: [52, 255] },
};

/** Below zero, zero, above: blue and orange, which no common color blindness confuses; zero recedes into the paper. */
const DIVERGING = { light: ["#00559C", "#B9BDC2", "#A33F00"], dark: ["#7CC4FA", "#5A6068", "#FFA257"] };

/** A sample without a number: nearer to the paper than every step of a scale. */
const NONE = { light: "#D3D7DC", dark: "#3C424A" };

/** 256 colors, `#rrggbb`. */
export function scaleColors(name: ScaleName, dark: boolean): string[] {
  const { table, light, dark: onBlack } = READABLE[name];
  const [first, last] = dark ? onBlack : light;
  const rgb = (i: number): Rgb => toRgb(`#${table.slice(6 * i, 6 * i + 6)}`);
  return Array.from({ length: STEPS }, (_, i) => {
    const place = first + ((last - first) * i) / (STEPS - 1);
    const below = Math.min(STEPS - 2, Math.floor(place));
    return toHex(mixed(rgb(below), rgb(below + 1), place - below));
  });
}

/** 256 colors with zero in the middle. */
export function divergingColors(dark: boolean): string[] {
  const [below, zero, above] = DIVERGING[dark ? "dark" : "light"].map((color) => toOklab(toRgb(color)));
  return Array.from({ length: STEPS }, (_, i) => {
    const place = (2 * i) / (STEPS - 1) - 1;
    return toHex(fromOklab(mixed(zero, place < 0 ? below : above, Math.abs(place))));
  });
}

export function noneColor(dark: boolean): string {
  return NONE[dark ? "dark" : "light"];
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => a[i] + share * (b[i] - a[i])) as unknown as Rgb;
}

function toHex(color: Rgb): string {
  return `#${color.map((c) => Math.round(Math.min(255, Math.max(0, c))).toString(16).padStart(2, "0")).join("")}`;
}

/** OKLab (B. Ottosson): equal ways look equally long. */
export function toOklab(color: Rgb): Rgb {
  const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

export function fromOklab([L, a, b]: Rgb): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((c) => 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * Math.max(c, 0) ** (1 / 2.4) - 0.055)) as unknown as Rgb;
}

/** Stands in for zarrita's compressed codecs (WebAssembly), which no recording uses. */
const absent = {
  fromConfig(): never {
    throw new Error("this array is compressed, and a recording's arrays are not: record it again with inscape");
  },
};

export default absent;

/** Whether the first of four bytes is the lowest of their number. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Place of the lowest bit set, as a byte's number. */
const lowestByte = (word: number): number => (31 - Math.clz32(word & -word)) >> 3;

/** Not 0 where a byte is 0; its lowest bit set lies in the first of them. */
const emptyBytes = (word: number): number => (word - 0x01010101) & ~word & 0x80808080;

/**
 * Index of the first byte that is not 0 in `from` … `end` − 1, else `end`.
 * @param words whole words of the buffer that `data` lies in
 * @param base where `data` begins there
 */
export function firstFilled(data: Uint8Array, words: Int32Array, base: number, from: number, end: number): number {
  let at = from;
  let word = (base + at) >> 2;
  const lastWord = (base + end) >> 2;
  if (word < lastWord && isLittleEndian) {
    let four = (words[word] ?? 0) & (-1 << (((base + at) & 3) << 3));
    if (four === 0) {
      word++;
      while (word + 4 <= lastWord && ((words[word] ?? 0) | (words[word + 1] ?? 0) | (words[word + 2] ?? 0) | (words[word + 3] ?? 0)) === 0)
        word += 4;
      for (; word < lastWord; word++) {
        four = words[word] ?? 0;
        if (four !== 0) break;
      }
    }
    at = (word << 2) - base;
    if (word < lastWord) return at + lowestByte(four);
  }
  while (at < end && data[at] === 0) at++;
  return at;
}

/** Index of the first byte that is 0 in `from` … `end` − 1, else `end`; parameters as above. */
export function firstEmpty(data: Uint8Array, words: Int32Array, base: number, from: number, end: number): number {
  let at = from;
  let word = (base + at) >> 2;
  const lastWord = (base + end) >> 2;
  if (word < lastWord && isLittleEndian) {
    let found = emptyBytes((words[word] ?? 0) | ~(-1 << (((base + at) & 3) << 3)));
    while (found === 0 && ++word < lastWord) found = emptyBytes(words[word] ?? 0);
    at = (word << 2) - base;
    if (word < lastWord) return at + lowestByte(found);
  }
  while (at < end && data[at] !== 0) at++;
  return at;
}

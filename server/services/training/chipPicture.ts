/** A chip as a picture holds it: one band or three; of more, or of two, the first three are what one can look at. */
export function chipPicture(image: Uint8Array, bandCount: number): { pixels: Uint8Array; channels: 1 | 3 } {
  if (bandCount === 1 || bandCount === 3) return { pixels: image, channels: bandCount };
  const pixels = new Uint8Array((image.length / bandCount) * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = image[Math.floor(i / 3) * bandCount + Math.min(i % 3, bandCount - 1)] ?? 0;
  return { pixels, channels: 3 };
}

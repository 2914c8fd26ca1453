/** Where what the layer panel opens has room: beside it, and below it in the hand. */
export function popoverSide(): "right" | "bottom" {
  return typeof window !== "undefined" && window.matchMedia("(max-width: 699px)").matches ? "bottom" : "right";
}

/** The map's own colours as MapLibre reads them: sRGB of the `--layer-*` tokens. Imagery has no theme, so neither do these. */
export const mapColours = {
  label: "#19ada8",
  labelDark: "#00605f",
  prediction: "#e69f00",
  holdout: "#a259d9",
  ignore: "#8d949c",
  examined: "#ffffff",
  casing: "rgba(10, 20, 30, 0.4)",
  darkCasing: "rgba(10, 20, 30, 0.75)",
  lightCasing: "rgba(255, 255, 255, 0.9)",
  fog: "rgba(16, 22, 30, 0.34)",
  selected: "#00a39d",
  refused: "#d55e00",
};

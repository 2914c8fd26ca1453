/** Folders that say how a camera or a data set keeps its files, not where or when they were taken. */
const silentFolder = /^(dcim|\d{3}[a-z_]{5}|images?|photos?|pictures?|jpe?g|png|rgb|train(ing)?|val(id(ation)?)?|test(ing)?)$/i;

/** A day as year, month and day with "-", "_", "." or nothing between them; followed by no digit or by a time of day. */
const dayPattern = /(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?=\D|$|\d{4}(?!\d)|\d{6}(?!\d))/;

/** The first day that a text names, as YYYY-MM-DD whichever way it is spelt there (`2018-1006`, `2014_0905`, `20180907`); null when none. */
export function dayIn(text: string): string | null {
  const [, year, month, day] = dayPattern.exec(text) ?? [];
  return year && month && day ? `${year}-${month}-${day}` : null;
}

/**
 * What a photo shares with others of the same site, flight and day: its sub-folders and the words before the day in its name, and the day.
 * Photos of one group look alike, and a model that has seen one has nearly seen the others. A name without a day stands for what comes before its running number.
 *
 * @param name path inside the folder, with "/" between its parts
 * @param takenOn the day that the camera wrote into the file, YYYY-MM-DD, for names without one
 */
export function photoGroup(name: string, takenOn: string | null = null): string {
  const parts = name.split("/");
  const stem = (parts.pop() ?? "").replace(/\.[^.]*$/, "");
  const folders = parts.filter((part) => !silentFolder.test(part));
  const named = dayIn(stem);
  const inFolder = named === null ? folders.map(dayIn).find((day) => day !== null) : undefined;
  const day = named ?? inFolder ?? takenOn;
  const before = named === null ? stem.replace(/[\s._-]*\d+[a-z]?$/i, "") : stem.slice(0, stem.search(dayPattern));
  const words = before.replace(/^[\s._-]+|[\s._-]+$/g, "");
  const site = folders.map((part) => part.replace(dayPattern, "").replace(/^[\s._-]+|[\s._-]+$/g, "")).filter((part) => part !== "");
  return [...site, ...(words === "" ? [] : [words]), ...(day ? [day] : [])].join(" ") || "photos";
}

/** What a label file or a folder of masks calls a photo, found among a survey's photos. */
export type NameMatch =
  | { readonly kind: "found"; readonly name: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "ambiguous"; readonly names: readonly string[] };

const affix = /^(mask|label|gt|seg)[-_. ]+|[-_. ]+(mask|masks|label|labels|labelids|gt|seg|segmentation|annotation|bw)$/gi;

const lastPart = (name: string): string => name.split(/[/\\]/).at(-1) ?? name;
const withoutEnding = (name: string): string => name.replace(/\.[^./\\]*$/, "");
const plain = (name: string): string => name.normalize("NFC").toLowerCase();

/** An address's path; anything else as it is. */
function pathOf(name: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return name.replaceAll("\\", "/");
  const path = name.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/[?#].*$/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Finds photos by the names that other programs have for them: the whole path first, then the last parts of a path, then the file's name, then the name
 * without its ending and without words such as `_mask`; upper and lower case count as one only when nothing else fits.
 */
export function nameMatcher(photos: readonly string[]): (name: string) => NameMatch {
  const keys: ((name: string) => string)[] = [
    (name) => name,
    plain,
    (name) => plain(lastPart(name)),
    (name) => plain(withoutEnding(name)),
    (name) => plain(withoutEnding(lastPart(name))),
    (name) => plain(withoutEnding(lastPart(name))).replace(affix, ""),
  ];
  const indexes = keys.map((key) => {
    const index = new Map<string, string[]>();
    for (const photo of photos) {
      const known = index.get(key(photo));
      if (known) known.push(photo);
      else index.set(key(photo), [photo]);
    }
    return index;
  });
  return (given) => {
    const name = pathOf(given).replace(/^(\.?\/)+/, "");
    let ambiguous: readonly string[] | null = null;
    for (const [i, key] of keys.entries()) {
      const found = indexes[i]?.get(key(name)) ?? [];
      if (found.length === 1) return { kind: "found", name: found[0] ?? "" };
      if (found.length > 1) ambiguous ??= found;
    }
    return ambiguous ? byEnd(name, ambiguous) : { kind: "unknown" };
  };
}

/** Of photos with one file name in several folders, the one whose folders the given path ends with. */
function byEnd(name: string, photos: readonly string[]): NameMatch {
  const parts = plain(withoutEnding(name)).split("/").reverse();
  const scored = photos.map((photo) => {
    const own = plain(withoutEnding(photo)).split("/").reverse();
    let same = 0;
    while (same < own.length && own[same] === parts[same]) same++;
    return { photo, same };
  });
  const most = Math.max(...scored.map(({ same }) => same));
  const best = scored.filter(({ same }) => same === most);
  const [only] = best;
  return best.length === 1 && only ? { kind: "found", name: only.photo } : { kind: "ambiguous", names: photos };
}

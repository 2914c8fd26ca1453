/** A file and what it is called inside the folder it came with. */
export type NamedFile = { file: File; name: string };

export function looksLikePhoto(fileName: string): boolean {
  return /\.(jpe?g|jpe|jfif|png)$/i.test(fileName);
}

const maskFolder = /^(masks?|labels?|annotations?|gt|ground[-_ ]?truth|targets?)$/i;

/** Whether a file lies in a folder that is called as folders of masks are. */
export function isInMaskFolder({ name }: NamedFile): boolean {
  return name
    .split("/")
    .slice(0, -1)
    .some((part) => maskFolder.test(part));
}

/** Files from a picker; of a folder they carry their path, whose first part is the folder itself. */
export function pickedFiles(files: Iterable<File>): { files: NamedFile[]; folder: string | null } {
  const named = [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  const folder = named[0]?.path.includes("/") ? (named[0].path.split("/")[0] ?? null) : null;
  const inside = (path: string) => (folder !== null && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path);
  return { files: named.map(({ file, path }) => ({ file, name: inside(path) })).filter(({ name }) => !isHidden(name)), folder };
}

const isHidden = (name: string): boolean => name.split("/").some((part) => part.startsWith("."));

/** Everything that was dropped, folders and what is in them too. The entries must be taken before anything is waited for. */
export async function droppedFiles(transfer: DataTransfer): Promise<{ files: NamedFile[]; folder: string | null }> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [only] = entries;
  if (entries.length === 0 || entries.every((entry) => entry.isFile)) return pickedFiles(transfer.files);
  const folder = entries.length === 1 && only ? only.name : null;
  const files: NamedFile[] = [];
  for (const entry of entries) await collect(entry, folder === null ? entry.name : "", files);
  return { files: files.filter(({ name }) => !isHidden(name)), folder };
}

async function collect(entry: FileSystemEntry, name: string, into: NamedFile[]): Promise<void> {
  if (isFileEntry(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    into.push({ file, name: name || file.name });
    return;
  }
  if (!isFolderEntry(entry)) return;
  const reader = entry.createReader();
  for (;;) {
    // A reader gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) await collect(inner, name === "" ? inner.name : `${name}/${inner.name}`, into);
  }
}

const isFileEntry = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolderEntry = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

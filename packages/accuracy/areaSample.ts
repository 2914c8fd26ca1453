import { AppError } from "@reefline/schema/errors";

/** A square of ground that can be drawn. Areas in m². */
export interface FrameBlock {
  /** Of ground with a prediction. */
  readonly groundM2: number;
  /** Of that, predicted as reef. */
  readonly predictedM2: number;
  /** Ground that the prediction expects to have wrong: the sum of min(p, 1 − p). */
  readonly doubtM2: number;
}

export interface Stratum {
  readonly title: string;
  /** Which blocks of the frame. */
  readonly members: readonly number[];
}

export interface DrawnStratum {
  readonly title: string;
  readonly blockCount: number;
  readonly groundM2: number;
  readonly predictedM2: number;
  readonly sampleCount: number;
}

export interface AreaSampleDraw {
  readonly strata: readonly DrawnStratum[];
  /** In the order they are to be labelled, which tells nothing of their stratum. */
  readonly blocks: readonly { readonly frameIndex: number; readonly stratum: number }[];
}

/** A stratum of fewer blocks is joined to its neighbour. */
const leastStratumBlocks = 8;
/** At least so many blocks are drawn of each stratum: a variance from fewer says little. */
const leastPerStratum = 5;
const leastBlocks = 20;
const rootBins = 50;

/**
 * Groups blocks by what is predicted in them: without predicted reef (apart: sure of it and in doubt), and a little, some and much reef.
 * Borders by the cumulative √f rule over the share of predicted reef (Dalenius & Hodges 1959), in doubt over the share of doubtful ground.
 */
export function stratify(blocks: readonly FrameBlock[]): Stratum[] {
  const all = [...blocks.keys()];
  const share = (of: "predictedM2" | "doubtM2") => (i: number) => {
    const block = blocks[i];
    return block && block.groundM2 > 0 ? Math.min(1, block[of] / block.groundM2) : 0;
  };
  const predicted = share("predictedM2");
  const none = byRootFrequency(
    all.filter((i) => predicted(i) === 0),
    share("doubtM2"),
    2,
  );
  const some = byRootFrequency(
    all.filter((i) => predicted(i) > 0),
    predicted,
    3,
  );
  const named = [
    ...none.map((members, i) => ({ title: i === 0 ? "no reef predicted" : "no reef predicted, in doubt", members })),
    ...some.map((members, i) => ({
      title: ["a little reef predicted", "some reef predicted", "much reef predicted"][i] ?? "reef",
      members,
    })),
  ];
  return joinSmall(named.filter(({ members }) => members.length > 0));
}

/** At most `count` groups, in the order of their values. */
function byRootFrequency(items: readonly number[], measure: (item: number) => number, count: number): number[][] {
  const most = items.reduce((max, item) => Math.max(max, measure(item)), 0);
  if (most === 0) return [[...items]];
  const binOf = (item: number) => Math.min(rootBins - 1, Math.floor((measure(item) / most) * rootBins));
  const frequency = new Float64Array(rootBins);
  for (const item of items) frequency[binOf(item)] = (frequency[binOf(item)] ?? 0) + 1;
  const total = frequency.reduce((sum, f) => sum + Math.sqrt(f), 0);
  let passed = 0;
  const groupOfBin = Array.from(frequency, (f) => {
    // By the middle of the bin, so that one full bin does not end up alone above a border that it straddles.
    const group = Math.min(count - 1, Math.floor(((passed + Math.sqrt(f) / 2) / total) * count));
    passed += Math.sqrt(f);
    return group;
  });
  const groups: number[][] = Array.from({ length: count }, () => []);
  for (const item of items) groups[groupOfBin[binOf(item)] ?? 0]?.push(item);
  return groups;
}

function joinSmall(strata: readonly Stratum[]): Stratum[] {
  const joined: Stratum[] = [];
  for (const stratum of strata) {
    const last = joined.at(-1);
    if (last && (stratum.members.length < leastStratumBlocks || last.members.length < leastStratumBlocks)) {
      const larger = stratum.members.length > last.members.length ? stratum : last;
      joined[joined.length - 1] = { title: larger.title, members: [...last.members, ...stratum.members] };
    } else joined.push(stratum);
  }
  return joined;
}

/**
 * How many blocks of each stratum: half of them in proportion to its blocks, half where most error is expected (Neyman 1934, with the root
 * mean square of doubtful ground standing in for the unknown deviation), at least five each. The first half guards against a prediction
 * that is surer than it should be.
 */
export function allocate(strata: readonly Stratum[], blocks: readonly FrameBlock[], count: number): number[] {
  const sizes = strata.map(({ members }) => members.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const expected = strata.map(({ members }) =>
    Math.sqrt(members.reduce((sum, i) => sum + (blocks[i]?.doubtM2 ?? 0) ** 2, 0) * members.length),
  );
  const expectedTotal = expected.reduce((sum, value) => sum + value, 0);
  const share = sizes.map((size, h) => (size / total + (expectedTotal === 0 ? size / total : (expected[h] ?? 0) / expectedTotal)) / 2);
  const wanted = sizes.map((size, h) => Math.min(size, Math.max(leastPerStratum, Math.floor((share[h] ?? 0) * count))));
  // What rounding left, or the least took, is made up for where it matters least: towards the shares.
  for (;;) {
    const sum = wanted.reduce((all, n) => all + n, 0);
    if (sum === Math.min(count, total)) return wanted;
    const need = sum < count ? 1 : -1;
    let best = -1;
    let bestLack = Number.NEGATIVE_INFINITY;
    wanted.forEach((n, h) => {
      const lack = need * ((share[h] ?? 0) * count - n);
      const free = need > 0 ? n < (sizes[h] ?? 0) : n > Math.min(leastPerStratum, sizes[h] ?? 0);
      if (free && lack > bestLack) [best, bestLack] = [h, lack];
    });
    if (best < 0) return wanted;
    wanted[best] = (wanted[best] ?? 0) + need;
  }
}

/**
 * Draws blocks at random, stratified by prediction; the order of the result is random too.
 * @param next uniform in [0, 1)
 * @throws AppError `area-sample/too-few-blocks`
 */
export function drawAreaSample(blocks: readonly FrameBlock[], count: number, next: () => number): AreaSampleDraw {
  if (blocks.length < leastBlocks)
    throw new AppError(
      "bad-input",
      "area-sample/too-few-blocks",
      `The predicted ground holds only ${blocks.length} blocks of this size; an interval needs at least ${leastBlocks}. Choose smaller blocks.`,
    );
  const strata = stratify(blocks);
  const counts = allocate(strata, blocks, count);
  const drawn = strata.flatMap(({ members }, stratum) =>
    shuffle(members, next)
      .slice(0, counts[stratum])
      .map((frameIndex) => ({ frameIndex, stratum })),
  );
  const sum = (members: readonly number[], of: (block: FrameBlock) => number) =>
    members.reduce((total, i) => total + (blocks[i] ? of(blocks[i]) : 0), 0);
  return {
    strata: strata.map(({ title, members }, h) => ({
      title,
      blockCount: members.length,
      groundM2: sum(members, (block) => block.groundM2),
      predictedM2: sum(members, (block) => block.predictedM2),
      sampleCount: counts[h] ?? 0,
    })),
    blocks: shuffle(drawn, next),
  };
}

/** A new array in random order (Fisher & Yates 1938). */
function shuffle<T>(items: readonly T[], next: () => number): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const at = Math.floor(next() * (last + 1));
    const [a, b] = [mixed[last], mixed[at]];
    if (a !== undefined && b !== undefined) [mixed[last], mixed[at]] = [b, a];
  }
  return mixed;
}

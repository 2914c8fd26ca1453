import { AppError } from "@reefline/schema/errors";

/** Of one class that is to be told apart, what there is to learn from. */
export interface ClassGround {
  readonly name: string;
  readonly labelCount: number;
  /** Squares of examined ground outside the held-out areas. */
  readonly examinedSquares: number;
}

const refuse = (message: string) => new AppError("bad-input", "segmentation/class-without-ground", message);

/**
 * Why these classes cannot be told apart, and what to draw; null when they can.
 * @param known classes of the labels there are
 */
export function classRefusal(classes: readonly ClassGround[], known: readonly string[]): AppError | null {
  const unlabelled = classes.filter(({ labelCount }) => labelCount === 0);
  if (unlabelled.length > 0) {
    const others = [...new Set(known)].filter((name) => !classes.some((of) => of.name === name));
    return refuse(
      `No label is of the class ${quoted(unlabelled)}, so nothing says what it looks like. Draw some, or leave it out.${others.length > 0 ? ` The labels' other classes are: ${others.join(", ")}.` : ""}`,
    );
  }
  const unexamined = classes.filter(({ examinedSquares }) => examinedSquares === 0);
  if (unexamined.length > 0)
    return refuse(
      `No label of the class ${quoted(unexamined)} lies on examined ground outside the held-out areas. Draw some there, mark the ground around those that are drawn as examined, or leave the class out.`,
    );
  return null;
}

/** When the split leaves a class without training ground. */
export function classNotTrained(names: readonly string[]): AppError {
  return refuse(
    `What is labelled of the class ${quoted(names.map((name) => ({ name })))} lies too near to the held-out areas or to the ground that checks the training, so nothing of it is left to learn from. Draw some in other places, or leave the class out.`,
  );
}

const quoted = (classes: readonly { readonly name: string }[]): string => classes.map(({ name }) => `“${name}”`).join(" and ");

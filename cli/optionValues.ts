import { classNamesSchema } from "@reefline/schema/classes";
import { InvalidArgumentError } from "commander";

/* How the words behind an option are read; each throws `InvalidArgumentError`, which is usage (exit code 2). */

/** A number that passes `check`; `expected` says which in the refusal. */
export function number(check: (value: number) => boolean, expected: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !check(value)) throw new InvalidArgumentError(`It must be ${expected}.`);
    return value;
  };
}

export const wholeNumber = (least: number, most: number) =>
  number((value) => Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`);

export const metres = number(Number.isFinite, "a number of metres");

export const fraction = number((value) => value >= 0 && value <= 1, "a number from 0 to 1");

export const thresholdOrAuto = (text: string) => (text === "auto" ? ("auto" as const) : fraction(text));

export const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value];

export const nameList = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It must be names with commas between them.");
  return names;
};

/** Names of classes to be told apart, as `classNamesSchema` takes them; "none": none. */
export const classList = (text: string): string[] => {
  if (text.trim() === "none") return [];
  const names = classNamesSchema.safeParse(nameList(text));
  if (!names.success)
    throw new InvalidArgumentError(`It must be names with commas between them: ${names.error.issues[0]?.message ?? text}.`);
  return names.data;
};

export const numberList = (text: string): number[] => {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!numbers.every(Number.isFinite)) throw new InvalidArgumentError("It must be numbers with commas between them.");
  return numbers;
};

export const nonEmpty = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
};

export const isoDate = (text: string) => {
  if (!/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError("It must be a date such as 2026-05-14 or 2026-05-14T09:30:00Z.");
  }
  return text.includes("T") ? new Date(text).toISOString() : text;
};

/** Something that is missing and how to get it: two sentences for an ecologist. */
export type Problem = { message: string; fix: string };

export class SetupProblem extends Error {
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(message);
    this.name = "SetupProblem";
    this.fix = fix;
  }
}

/**
 * Lets work of known size pass while no more than `budgetBytes` of it is under way; work larger than the budget goes alone.
 * First come, first served.
 */
export class DecodeGate {
  private used = 0;
  private readonly waiting: { bytes: number; enter: () => void }[] = [];
  readonly budgetBytes: number;
  readonly atOnce: number;
  private running = 0;

  constructor(budgetBytes: number, atOnce: number) {
    this.budgetBytes = budgetBytes;
    this.atOnce = atOnce;
  }

  async pass<Result>(bytes: number, task: () => Promise<Result>): Promise<Result> {
    const weight = Math.min(bytes, this.budgetBytes);
    if (this.waiting.length > 0 || !this.hasRoom(weight)) {
      await new Promise<void>((enter) => this.waiting.push({ bytes: weight, enter }));
    } else this.take(weight);
    try {
      return await task();
    } finally {
      this.used -= weight;
      this.running--;
      this.admit();
    }
  }

  private hasRoom(weight: number): boolean {
    return this.running < this.atOnce && this.used + weight <= this.budgetBytes;
  }

  private take(weight: number): void {
    this.used += weight;
    this.running++;
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && this.hasRoom(next.bytes); next = this.waiting[0]) {
      this.waiting.shift();
      this.take(next.bytes);
      next.enter();
    }
  }
}

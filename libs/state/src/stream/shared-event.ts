import type { DirectiveEvent } from '#libs/contracts';

/** One event on its way to many: its JSON is made once, and what a sink makes of it is kept here for the next. */
export class SharedEvent {
  private text: string | undefined;
  private readonly frames = new Map<string, Buffer>();

  constructor(readonly view: DirectiveEvent) {}

  static of(view: DirectiveEvent | undefined): SharedEvent | undefined {
    return view && new SharedEvent(view);
  }

  get json(): string {
    return (this.text ??= JSON.stringify(this.view));
  }

  /** The bytes for a position: made once for all who are at the same one. */
  frame(position: string, make: (event: SharedEvent, position: string) => Buffer): Buffer {
    const known = this.frames.get(position);
    if (known) return known;
    const made = make(this, position);
    this.frames.set(position, made);
    return made;
  }
}

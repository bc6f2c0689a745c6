/** Stands in a word for what the text does not say. Folding takes it out of every input, so whoever meets it knows it is ours. */
export const unknown = '\0';

export interface Word {
  readonly text: string;
  /** Some of it was in quotation marks or behind a backslash. */
  readonly quoted: boolean;
  /** Some of it is what a download printed. */
  readonly fetched: boolean;
  /** It is `<(…)`, a file that holds this. */
  readonly file?: Printed | undefined;
}

/** What commands print, as far as the text tells. */
export interface Printed {
  readonly text: string | undefined;
  /** A download is in it. */
  readonly fetched: boolean;
  /** It was decoded or rewritten on the way, and what came out is not known. */
  readonly altered: boolean;
}

export interface Flow extends Printed {
  /** The name of the command that prints it. */
  readonly from: string;
  /** That is a shell which somebody is to give commands to. */
  readonly isPrompt?: boolean;
}

export interface Command {
  readonly words: readonly Word[];
  /** Quotations of more than one word: each may be a command line of its own. */
  readonly passages: readonly string[];
  /** What runs while the command is put together, in `${x:-$(…)}`. */
  readonly substitutions: readonly string[];
  /** Files that are written to and read from by redirection. */
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** What is piped into it. */
  readonly upstream: Flow | undefined;
  readonly background: boolean;
  /** It stands where prose mentions a command: in brackets, in backticks or after a bar behind a word that is no known command. */
  readonly mentioned: boolean;
  /** The functions the text defined so far, and the one whose body this stands in. */
  readonly functions: ReadonlySet<string>;
  readonly body: string | undefined;
}

import { sealField } from '#libs/contracts';

const sealPattern = new RegExp(`${sealField.before}([^"]*)${sealField.after}$`);

export interface SealedText {
  /** What was sealed: the text without its seal. */
  body: string;
  seal: string;
}

/** A line or a head, without its newline; undefined when its last field is no seal. */
export function readSealed(text: string): SealedText | undefined {
  const seal = sealPattern.exec(text)?.[1];
  return seal === undefined ? undefined : { body: text.replace(sealPattern, '}'), seal };
}

/** `body` is a JSON object. */
export const writeSealed = ({ body, seal }: SealedText): string =>
  `${body.slice(0, -1)}${sealField.before}${seal}${sealField.after}`;

import type { DirectiveState, DirectiveView } from '#libs/contracts';

/** Which directives of a tenant are wanted. What is left out is not looked at. */
export interface DirectiveFilter {
  /** In one of these. */
  states?: readonly DirectiveState[] | undefined;
  /** With all of these labels; without a value, whatever the label says. */
  labels?: readonly { name: string; value?: string | undefined }[] | undefined;
  /** Created at this time or later, in epoch ms. */
  createdAfterMs?: number | undefined;
  /** Created before this time, in epoch ms. */
  createdBeforeMs?: number | undefined;
  /** The client's own name for it: at most one has it. */
  ref?: string | undefined;
}

/** Whether records have to be read to know which are meant; the time alone is in the index. */
export function needsRecords({ states, labels }: DirectiveFilter): boolean {
  return states !== undefined || labels !== undefined;
}

export function isWanted(view: DirectiveView, filter: DirectiveFilter): boolean {
  const { states, labels = [], createdAfterMs = 0, createdBeforeMs = Infinity } = filter;
  const createdMs = Date.parse(view.createdAt);
  if (createdMs < createdAfterMs || createdMs >= createdBeforeMs) return false;
  if (states && !states.includes(view.state)) return false;
  return labels.every(({ name, value }) => {
    const own = Object.hasOwn(view.labels, name) ? view.labels[name] : undefined;
    return own !== undefined && (value === undefined || own === value);
  });
}

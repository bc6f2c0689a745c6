import { CocError, finalDirectiveStates, type DirectiveView } from '#libs/contracts';
import { allowedFrom } from '#libs/policy';

/** Throws TRANSITION_ILLEGAL, with where it stands and may go, for what may only be `done` to a directive that is final. */
export function requireFinal({ id, state }: Pick<DirectiveView, 'id' | 'state'>, done: string): void {
  if (finalDirectiveStates.includes(state)) return;
  const standing = { state, allowed: allowedFrom(state) };
  throw new CocError('TRANSITION_ILLEGAL', `${id} is ${state}; only what is final is ${done}`, [], { standing });
}

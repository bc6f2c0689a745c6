import type { BareDirective, RetentionStore, RetireStep } from './retention-store.js';

/** What of directives stands outside of Redis. */
export interface DirectiveFiles {
  /** May be called again, and for a directive that has none. */
  removeAll(tenant: string, directiveId: string): Promise<unknown>;
}

type Steps = Pick<RetentionStore, 'retire' | 'forget'>;

/** Goes on from the first step of a removal until nothing of the directive is left; whoever comes after a crash may do it again. */
export async function finishRemoval(
  store: Steps,
  files: DirectiveFiles | undefined,
  id: string,
  first: RetireStep | Error | undefined,
): Promise<'kept' | 'unknown' | 'removed'> {
  let step = first;
  while (step && !(step instanceof Error) && step.result === 'more')
    [step] = await store.retire([id], '', 0, files ? '' : 'alone');
  if (step === undefined || step instanceof Error) throw step ?? new Error(`${id} was not answered`);
  if (step.result !== 'bare') return step.result as 'kept' | 'unknown' | 'removed';
  await forgetElsewhere(store, files, step.directive);
  return 'removed';
}

async function forgetElsewhere(
  store: Steps,
  files: DirectiveFiles | undefined,
  directive: BareDirective,
): Promise<void> {
  const { id, tenant, ref, draws } = directive;
  if (ref !== '' || draws > 0) await store.forget(directive);
  await files?.removeAll(tenant, id);
  const [end] = await store.retire([id], tenant, 0, 'end');
  if (end instanceof Error) throw end;
}

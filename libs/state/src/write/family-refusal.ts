import { CocError, limits } from '#libs/contracts';

/** Why a directive cannot be the child of another. */
export type FamilyRefusal = 'parent-unknown' | 'parent-over' | 'too-deep' | 'too-many';

export function familyRefusal(refusal: FamilyRefusal, parent: string): CocError {
  const at = { pointer: '/parent' };
  const refuse = (code: 'NOT_FOUND' | 'PARENT_ENDED' | 'FAMILY_TOO_LARGE', detail: string): CocError =>
    new CocError(code, detail, [{ ...at, code, detail }]);
  if (refusal === 'parent-unknown') return refuse('NOT_FOUND', `there is no directive ${parent}`);
  if (refusal === 'parent-over')
    return refuse('PARENT_ENDED', `${parent} is over, or just ending: it takes no children`);
  if (refusal === 'too-many')
    return refuse('FAMILY_TOO_LARGE', `${parent} has ${limits.maxChildren} children, which is the most`);
  return refuse('FAMILY_TOO_LARGE', `${parent} is ${limits.maxChildDepth} deep itself, which is the deepest`);
}

/** What only a child is refused with: nothing of it was accepted. */
export function isFamilyRefusal(error: unknown): boolean {
  return error instanceof CocError && error.faults.some(({ pointer }) => pointer === '/parent');
}

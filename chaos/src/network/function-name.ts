/** The transition that a function of the product's library is; its name begins with the hash of the library. Others keep their names. */
export function transitionOf(name: string): string {
  const own = /^coc_[0-9a-f]+_(\w+)$/.exec(name)?.[1];
  return own?.replaceAll('_', '-') ?? name;
}

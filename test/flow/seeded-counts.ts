import { countNames, type CountName } from '#libs/state';

type Fields = Record<string, string | number>;

const isCount = (name: string): boolean => (countNames as readonly string[]).includes(name);

/** The counts among the fields of a record, and the fields that are stored as they are. */
export function splitCounts(fields: Fields): { texts: Fields; counts: Partial<Record<CountName, number>> } {
  const entries = Object.entries(fields);
  return {
    texts: Object.fromEntries(entries.filter(([name]) => !isCount(name))),
    counts: Object.fromEntries(entries.filter(([name]) => isCount(name)).map(([name, value]) => [name, Number(value)])),
  };
}

/** As scripts/includes/record.lua writes them. */
export function formatCounts(counts: Partial<Record<CountName, number>>): string {
  return JSON.stringify(countNames.map((name) => counts[name] ?? 0));
}

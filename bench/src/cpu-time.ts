import { readFile } from 'node:fs/promises';

/** Microseconds of processor time a process has used, of all its threads; Linux counts in 10 ms. */
async function cpuMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export type CpuTimes = Record<string, number>;

async function readAll(pids: Record<string, number>): Promise<CpuTimes> {
  const entries = Object.entries(pids).map(async ([name, pid]) => [name, await cpuMicros(pid)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** What `work` cost each process, in microseconds; undefined where there is no /proc. */
export async function cpuOf<Result>(
  pids: Record<string, number>,
  work: () => Promise<Result>,
): Promise<{ result: Result; micros: CpuTimes | undefined }> {
  const before = await readAll(pids).catch(() => undefined);
  const result = await work();
  const after = before && (await readAll(pids));
  return {
    result,
    micros: after && Object.fromEntries(Object.keys(pids).map((name) => [name, after[name]! - before[name]!])),
  };
}

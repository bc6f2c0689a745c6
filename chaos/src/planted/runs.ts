const crew = 'orchestrator=1,recorder=0,tenant-door=0';
/** Fewer processes than usual, and a short lock, so that nobody waits 9 s for a worker that is gone. */
const small = `--crew ${crew} --lock-ms 2000 --drain-ms 40000`;
/** One executor: what it leaves nobody else takes. */
const oneReader = `--crew ${crew},executor=1 --lock-ms 2000 --drain-ms 40000`;

/**
 * Runs of the harness by name, as words of its command line; `--kills` sets how long each lasts, 2 s for one. Bugs share them, and the
 * control goes through each once.
 */
const lines = {
  /** All shapes and no fault: what is wrong by itself. */
  calm: `${small} --seed 11 --kills 6 --tasks 220 --faults none`,
  /** People who cancel, pause, let go and give more money. */
  orders: `${small} --seed 17 --kills 5 --tasks 200 --faults none --shapes cancelled,paused,asking,tight-budget,overrun`,
  /** Outcomes are read, and the reply is lost or who had it falls asleep: nobody knows of them for seconds. */
  unheard: `${small} --seed 18 --kills 8 --tasks 250 --faults replies:60,pause:6 --job-keep-ms 1000 --shapes chain,fan,diamond`,
  /** Work that is lost, also what may not be done again. */
  losses: `${small} --seed 12 --kills 8 --tasks 200 --faults kill:8,kill-worker:6,pause:4 --shapes once,cancelled`,
  /** Time runs out while nobody is there to see it. */
  late: `${oneReader} --seed 13 --kills 7 --tasks 160 --faults kill-executor:4,kill:4 --shapes expiring`,
  /** Everything is said twice, and in another order. */
  twice: `${small} --seed 14 --kills 7 --tasks 160 --faults deliveries:16 --shapes retries,fan,diamond,chain,for-each`,
  /** Queues, their streams and their readers' place vanish, now and then while nobody reads. */
  queues: `${oneReader} --seed 15 --kills 8 --tasks 200 --faults queues:60,kill-executor:5,kill:3 --shapes once,fan,tight-budget`,
  /** The same of work that may not be done again and stands in line: the workers go on with it while no executor hears of it. */
  vanished: `${oneReader} --seed 19 --kills 8 --tasks 260 --faults queues:60,kill-executor:5 --concurrency 2 --shapes once`,
  /** Streams and readers' places vanish while the only reader sleeps and the workers go on. */
  asleep: `${oneReader} --seed 21 --kills 8 --tasks 250 --faults queues:60,pause-executor:8 --shapes fan,diamond,chain`,
  /** Everything takes its time, or is not answered for a while. */
  slow: `${small} --seed 20 --kills 8 --tasks 200 --faults network:9 --shapes chain,fan,diamond,once`,
  /** Clocks that are minutes off. */
  clocks: `${small} --seed 16 --kills 6 --tasks 100 --faults clocks:6 --shapes retries,expiring,chain`,
} as const;

export type RunName = keyof typeof lines;

export function wordsOf(run: RunName): string[] {
  return lines[run].split(' ');
}

export const runNames = Object.keys(lines) as RunName[];

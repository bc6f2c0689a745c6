/** Small enough that ten processes start in a few seconds; a short lock, so that nobody waits 9 s for a worker that is gone. */
const small = ['--crew', 'orchestrator=1,recorder=0,tenant-door=0', '--lock-ms', '2000', '--drain-ms', '40000'];
/** One reader: what it leaves nobody else takes. */
const oneReader = [
  '--crew',
  'orchestrator=1,executor=1,recorder=0,tenant-door=0',
  '--lock-ms',
  '2000',
  '--drain-ms',
  '40000',
];

/** Runs of the harness by name, as words of its command line; `--kills` sets how long each lasts, 2 s for one. Bugs share them, and the control goes through each once. */
export const runs = {
  /** All shapes and no fault: what is wrong by itself. */
  calm: [...small, '--seed', '11', '--faults', 'none', '--kills', '6', '--tasks', '220'],
  /** People who cancel, pause, let go and give more money. */
  orders: [
    ...small,
    ...['--seed', '17', '--faults', 'none', '--kills', '5', '--tasks', '200'],
    ...['--shapes', 'cancelled,paused,asking,tight-budget,overrun'],
  ],
  /** Outcomes are read, and the reply is lost or who had it falls asleep: nobody knows of them for seconds. */
  unheard: [
    ...small,
    ...['--seed', '18', '--faults', 'replies:60,pause:6', '--kills', '8', '--tasks', '250', '--job-keep-ms', '1000'],
    ...['--shapes', 'chain,fan,diamond'],
  ],
  /** Work that is lost, also what may not be done again. */
  losses: [
    ...small,
    ...['--seed', '12', '--faults', 'kill:14,pause:4', '--kills', '8', '--tasks', '200', '--shapes', 'once,cancelled'],
  ],
  /** Time runs out while nobody is there to see it. */
  late: [
    ...oneReader,
    ...['--seed', '13', '--faults', 'kill:9', '--kills', '7', '--tasks', '160', '--shapes', 'expiring'],
  ],
  /** Everything is said twice, and in another order. */
  twice: [
    ...small,
    ...['--seed', '14', '--faults', 'deliveries:12', '--kills', '7', '--tasks', '160'],
    ...['--shapes', 'retries,fan,diamond,chain,for-each'],
  ],
  /** Queues, their streams and their readers' place vanish. */
  queues: [
    ...oneReader,
    ...['--seed', '15', '--faults', 'queues:60,kill:10', '--kills', '8', '--tasks', '200', '--job-keep-ms', '1000'],
    ...['--shapes', 'once,fan,tight-budget'],
  ],
  /** The same of work that may not be done again. */
  vanished: [
    ...oneReader,
    ...['--seed', '19', '--faults', 'queues:80,kill:8', '--kills', '8', '--tasks', '260', '--shapes', 'once'],
  ],
  /** Clocks that are minutes off. */
  clocks: [
    ...small,
    ...['--seed', '16', '--faults', 'clocks:6', '--kills', '6', '--tasks', '100', '--shapes', 'retries,expiring,chain'],
  ],
} as const satisfies Record<string, readonly string[]>;

export type RunName = keyof typeof runs;

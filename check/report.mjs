/** Two at a time: the tools use more than one core themselves, and the machine of CI has two. */
const AT_ONCE = 2;

const print = (text) => console.log(text);
const indent = (text) => text.replaceAll(/^(?=.)/gm, '    ');

/** A check is a function that returns { findings, notes? }; a check that throws has failed with its error. */
async function timed(check) {
  const startedAt = performance.now();
  const result = await Promise.try(check).catch((error) => ({ findings: [error.stack] }));
  return { notes: [], ...result, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) };
}

/** Starts the checks in the order of the table, and gives a promise for each at once. */
function startAll(checks) {
  const waiting = checks.map(([name, check]) => ({ name, check, ...Promise.withResolvers() }));
  const queue = waiting.values();
  const takeFromQueue = async () => {
    for (const { check, resolve } of queue) resolve(await timed(check));
  };
  for (let i = 0; i < AT_ONCE; i += 1) void takeFromQueue();
  return waiting;
}

function printResult(name, { findings, notes, seconds }) {
  print(`${findings.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  for (const finding of findings) print(indent(finding));
  for (const note of notes) print(indent(`note: ${note}`));
}

/** Runs the checks, prints a line for each in the order of the table and the totals; returns the number that failed. */
export async function reportAll(checks) {
  let failed = 0;
  for (const { name, promise } of startAll(checks)) {
    const result = await promise;
    printResult(name, result);
    if (result.findings.length > 0) failed += 1;
  }
  print(`${checks.length - failed} passed, ${failed} failed`);
  return failed;
}

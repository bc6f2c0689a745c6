import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Interrupted } from './talk.mjs';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The exit code a shell would give. */
export const exitCodeOf = (code, signal) => code ?? 128 + constants.signals[signal];

/** Resolves to `{ code, signal }` when the process ended; rejects when it could not be started. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Calls `handler` for each signal that asks to stop; returns how to end that. */
export function onStopSignals(handler) {
  for (const signal of STOP_SIGNALS) process.on(signal, handler);
  return () => STOP_SIGNALS.forEach((signal) => process.off(signal, handler));
}

function collectOutput(child) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more) => (text += more));
  }
  return () => text.trim();
}

/**
 * Runs a step of the set-up to its end and keeps what it says. Resolves to `{ code, output }`. A signal to the launcher
 * ends the step first and then throws Interrupted; with `mustFinish` the step runs on to its own end before that.
 */
export async function runStep(command, args, { mustFinish = false, onSpawn = () => {}, ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: mustFinish, ...options });
  let interruptedBy;
  const release = onStopSignals((signal) => {
    interruptedBy = signal;
    // Not with the signal itself: npm ci takes it back and runs on for 30 to 60 s. What is cut short is done again.
    if (!mustFinish) child.kill('SIGKILL');
  });
  const output = collectOutput(child);
  try {
    if (child.pid !== undefined) onSpawn(child.pid);
    const { code, signal } = await ended(child);
    if (interruptedBy) throw new Interrupted(interruptedBy);
    return { code: exitCodeOf(code, signal), output: output() };
  } finally {
    release();
  }
}

const hasTerminal = () => [process.stdin, process.stdout, process.stderr].some((it) => it.isTTY);

/** Runs a program in our place: same terminal, same signals. Resolves to its exit code. */
export async function runInstead(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const release = onStopSignals((signal) => {
    // A terminal sends Ctrl-C to the whole group: the program has it already, and a second one would mean "at once".
    if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal);
  });
  try {
    const { code, signal } = await ended(child);
    return exitCodeOf(code, signal);
  } finally {
    release();
  }
}

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** All transitions as one library of Redis functions. Its name carries the hash of its text, so that two versions run side by side. */
export interface ScriptLibrary {
  text: string;
  /** Redis' name of the function of each script. */
  functions: ReadonlyMap<string, string>;
}

const folder = join(import.meta.dirname, '..', 'scripts');

/** Each may use what stands before it. */
const includes = [
  'keys',
  'clock',
  'writes',
  'record',
  'events',
  'guard',
  'fields',
  'permits',
  'budget',
  'limits',
  'settle-limits',
  'tasks',
  'wait',
  'shortages',
  'borrow',
  'approve',
  'fair',
  'followup',
  'release',
  'lists',
  'finish',
  'advance',
  'close',
  'settle',
  'register',
] as const;

/** What only some scripts use: a chunk of Lua has at most 200 local names, and these are local to the script. */
const ownIncludes: Readonly<Record<string, readonly string[]>> = {
  'accept-directive': ['plan', 'family', 'accept'],
  'advance-cascade': ['cascade'],
  'cancel-directive': ['transition'],
  'commit-plan': ['plan'],
  'create-checkpoint': ['checkpoint'],
  'decide-hold': ['decide'],
  'end-directive': ['transition'],
  'extend-plan': ['plan'],
  'mend-directive': ['filed', 'family', 'mend'],
  'order-task': ['decide', 'verbs'],
  'orphan-children': ['transition'],
  'pass-condition': ['expanding'],
  'pause-directive': ['transition', 'checkpoint'],
  'refuse-task': ['expanding'],
  'release-directive': ['plan'],
  'retire-directive': ['retire'],
  'return-permit': ['home', 'purse'],
  'settle-attempt': ['settlements'],
  'stage-plan': ['plan'],
  'start-directive': ['cascade'],
  'take-permit': ['home', 'purse'],
};

/**
 * What brings new work in, or grants work whose job could not be sent: refused while Redis is at its `maxmemory`. All others end work, and
 * go on then: what they write is small beside what is freed by it.
 */
const admitting: ReadonlySet<string> = new Set([
  'accept-directive',
  'commit-plan',
  'expand-task',
  'extend-plan',
  'release-directive',
  'release-tasks',
  'stage-plan',
  'start-directive',
  'take-permit',
]);

/** Names of all transitions: one script each. */
function listScripts(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -'.lua'.length))
    .toSorted();
}

function readScript(path: string): string {
  return readFileSync(join(folder, `${path}.lua`), 'utf8');
}

/** `{{name}}` stands for the function's name: it carries the hash of the whole text, this line included. */
function functionOf(name: string): string {
  const own = (ownIncludes[name] ?? []).map((include) => readScript(`includes/${include}`));
  const flags = admitting.has(name) ? '{}' : `{ 'allow-oom' }`;
  return `do\n${own.join('\n')}\nregister('{{${name}}}', function()\n${readScript(name)}\nend, ${flags})\nend\n`;
}

/**
 * A script sent by EVALSHA defines its 60 to 90 local functions anew in every call: 19 to 38 µs before it does anything. A library
 * defines them once; FUNCTION is in every Redis since 7.0.
 */
export function loadLibrary(): ScriptLibrary {
  const names = listScripts();
  const parts = [...includes.map((name) => readScript(`includes/${name}`)), ...names.map(functionOf)];
  const code = parts.join('\n');
  const library = `coc_${createHash('sha1').update(code).digest('hex').slice(0, 12)}`;
  const functions = new Map(names.map((name) => [name, `${library}_${name.replaceAll('-', '_')}`]));
  const text = code.replaceAll(/\{\{([a-z-]+)\}\}/g, (_, name: string) => functions.get(name)!);
  return { text: `#!lua name=${library}\n${text}`, functions };
}

/** The script that a name in SLOWLOG stands for; undefined for what is not ours. */
export function scriptOfFunction(name: string): string | undefined {
  return /^coc_[0-9a-f]{12}_(\w+)$/.exec(name)?.[1]?.replaceAll('_', '-');
}

import { hasFlagLetter } from './flag-letters.js';
import { readGitPush } from './git-push.js';
import { type Command, unknown, type Word } from './shell-command.js';
import { isCredentialFile, isDevice, isEverythingHere, isKernelTrigger, isVitalPath } from './vital-paths.js';

/** What each pattern means, in words for people. */
export const dangers = {
  'recursive-delete': 'deletes or moves away /, a home, a system folder or everything in a folder',
  'disk-overwrite': 'formats or overwrites a disk',
  'system-stop': 'stops or restarts the machine',
  'open-permissions': 'changes the permissions or the owner of /, a home or a system folder',
  'fork-bomb': 'starts copies of itself without end',
  'main-overwrite': 'overwrites or deletes main or master by git push',
  'code-injection': 'runs a text that was downloaded, decoded or put together, so that nobody could read it before',
  'credential-read': 'reads private keys or stored passwords',
} as const;
export type Danger = keyof typeof dangers;

/** A program called with arguments, wherever in a command it stands. */
export interface Call {
  readonly program: string;
  readonly args: readonly Word[];
  readonly command: Command;
}

interface DangerousPattern {
  readonly danger: Danger;
  readonly programs: string;
  matches(call: Call): boolean;
}

const maxAddressChars = 256;

/** The name of a program that the text does not say. */
export const anyProgram = '?';

const readers =
  'cat tac less more head tail nl od xxd hexdump strings base64 base32 cp scp rsync mv tar zip 7z curl wget nc ncat ' +
  'grep egrep fgrep rg awk gawk sed cut sort tee dd openssl';

const patterns: readonly DangerousPattern[] = [
  { danger: 'recursive-delete', programs: 'rm', matches: ({ args }) => isRecursive(args) && hasVital(args) },
  { danger: 'recursive-delete', programs: 'rm', matches: ({ args }) => has(args, (it) => it === '--no-preserve-root') },
  { danger: 'recursive-delete', programs: anyProgram, matches: ({ args }) => isRmOfVital(args) },
  { danger: 'recursive-delete', programs: 'rimraf', matches: ({ args }) => hasVital(args) },
  { danger: 'recursive-delete', programs: 'find', matches: ({ args }) => has(args, isVitalPath) && deletesAll(args) },
  {
    danger: 'recursive-delete',
    programs: 'rsync',
    matches: ({ args }) => has(args, isDeleteFlag) && has(args, isVitalPath),
  },
  { danger: 'recursive-delete', programs: 'mv', matches: ({ args }) => has(args.slice(0, -1), isKnownVitalPath) },

  { danger: 'disk-overwrite', programs: 'mkfs mke2fs mkswap', matches: ({ args }) => has(args, mayBeDevice) },
  { danger: 'disk-overwrite', programs: 'shred blkdiscard truncate tee', matches: ({ args }) => hasDevice(args) },
  { danger: 'disk-overwrite', programs: `dd ${anyProgram}`, matches: ({ args }) => has(args, isDeviceOfDd) },
  { danger: 'disk-overwrite', programs: 'cp install', matches: ({ args }) => isDevice(args.at(-1)?.text ?? '') },
  { danger: 'disk-overwrite', programs: 'wipefs', matches: ({ args }) => hasLetter(args, 'a') || has(args, isLongAll) },
  {
    danger: 'disk-overwrite',
    programs: 'sgdisk',
    matches: ({ args }) => has(args, (it) => /^(-z|-o|--zap|--clear)/i.test(it)),
  },
  {
    danger: 'disk-overwrite',
    programs: 'parted',
    matches: ({ args }) => has(args, (it) => /^(mklabel|mktable|rm)$/.test(it)),
  },

  { danger: 'system-stop', programs: 'shutdown', matches: (call) => isBare(call) || isTimed(call.args) },
  { danger: 'system-stop', programs: 'reboot halt poweroff', matches: (call) => isBare(call) || isStopped(call.args) },
  { danger: 'system-stop', programs: 'init telinit', matches: ({ args }) => /^[06]$/.test(args[0]?.text ?? '') },
  { danger: 'system-stop', programs: 'systemctl loginctl', matches: ({ args }) => has(args, isStopUnit) },
  { danger: 'system-stop', programs: 'kill', matches: ({ args }) => args.slice(1).some(({ text }) => text === '-1') },

  { danger: 'system-stop', programs: 'tee sponge', matches: ({ args }) => has(args, isKernelTrigger) },
  { danger: 'system-stop', programs: 'cp install', matches: ({ args }) => isKernelTrigger(args.at(-1)?.text ?? '') },
  { danger: 'system-stop', programs: 'dd', matches: ({ args }) => has(args, isTriggerOfDd) },

  {
    danger: 'open-permissions',
    programs: 'chmod',
    matches: ({ args }) => has(args, isOpenMode) && has(args, isVitalPath),
  },
  {
    danger: 'open-permissions',
    programs: 'chown chgrp',
    matches: ({ args }) => isRecursive(args) && has(args, isVitalPath),
  },

  { danger: 'main-overwrite', programs: 'git', matches: ({ args }) => readGitPush(args)?.hitsMain ?? false },

  { danger: 'code-injection', programs: 'eval', matches: ({ args }) => args.some(isPutTogether) },
  {
    danger: 'code-injection',
    programs: '. source',
    matches: ({ args }) => args.some(({ fetched, file }) => fetched || file?.altered),
  },
  {
    danger: 'code-injection',
    programs: 'nc ncat netcat',
    matches: ({ args }) => has(args, (it) => /^(-e|-c|--exec)/.test(it)),
  },
  { danger: 'code-injection', programs: 'socat', matches: ({ args }) => has(args, isShellOfSocat) },
  {
    danger: 'code-injection',
    programs: 'nc ncat netcat socat',
    matches: ({ command }) => command.upstream?.isPrompt ?? false,
  },
  {
    danger: 'code-injection',
    programs: 'powershell pwsh',
    matches: ({ args }) => has(args, (it) => /^-e(c|nc?|ncoded.*)?$/i.test(it)),
  },

  { danger: 'credential-read', programs: readers, matches: ({ args }) => args.some(isReadCredential) },
];

/** The patterns of each program, by its name without folder and version. */
export const patternsByProgram: ReadonlyMap<string, readonly DangerousPattern[]> = Map.groupBy(
  patterns.flatMap((pattern) => pattern.programs.split(' ').map((program) => ({ ...pattern, program }))),
  ({ program }) => program,
);

function has(args: readonly Word[], test: (text: string) => boolean): boolean {
  return args.some(({ text }) => test(text));
}

/** A flag that is a variable may be any flag. */
function hasLetter(args: readonly Word[], letter: string): boolean {
  return has(args, (it) => {
    return it === unknown || hasFlagLetter(it.replaceAll(unknown, ''), letter);
  });
}

function isRecursive(args: readonly Word[]): boolean {
  return hasLetter(args, 'r') || has(args, (it) => it.length > 2 && '--recursive'.startsWith(it.toLowerCase()));
}

function isVitalWord({ text }: Word): boolean {
  return isVitalPath(text) || isEverythingHere(text);
}

function hasVital(args: readonly Word[]): boolean {
  return args.some(isVitalWord);
}

/** `mv "$DIR/$FILE"` moves no root. */
function isKnownVitalPath(text: string): boolean {
  return !text.includes(unknown) && isVitalPath(text);
}

function hasDevice(args: readonly Word[]): boolean {
  return has(args, isDevice);
}

/** A program whose name is not known, with the arguments of `rm -rf /`. */
function isRmOfVital(args: readonly Word[]): boolean {
  return has(args, (it) => /^-(?=.*r)(?=.*f)[a-z]{2,6}$/i.test(it)) && hasVital(args);
}

const filters = new Set([
  '-name',
  '-iname',
  '-path',
  '-ipath',
  '-regex',
  '-user',
  '-mtime',
  '-newer',
  '-size',
  '-empty',
]);

function deletesAll(args: readonly Word[]): boolean {
  const isDeleting = has(args, (it) => it === '-delete' || it === 'rm' || it === 'shred');
  return isDeleting && !has(args, (it) => filters.has(it));
}

function isDeleteFlag(text: string): boolean {
  return text.startsWith('--del');
}

/** Formatting what nobody can name is as bad. */
function mayBeDevice(text: string): boolean {
  return text === unknown || isDevice(text);
}

function isDeviceOfDd(text: string): boolean {
  return text.startsWith('of=') && isDevice(text.slice(3));
}

function isTriggerOfDd(text: string): boolean {
  return text.startsWith('of=') && isKernelTrigger(text.slice(3));
}

/** `EXEC:sh` and `SYSTEM:/bin/bash -i`, but not `EXEC:"ssh host"`. */
function isShellOfSocat(text: string): boolean {
  return /^(exec|system|shell):\s*(\S*\/)?(ba|z|da|a|k|mk|fi|rba|c|tc)?sh\b/i.test(text.slice(0, maxAddressChars));
}

function isLongAll(text: string): boolean {
  return text === '--all' || text.startsWith('--offset');
}

/** One word is a command only where nothing else can stand: a document mentions `reboot` in brackets. */
function isBare({ args, command }: Call): boolean {
  return args.length === 0 && !command.mentioned;
}

function isTimed([first]: readonly Word[]): boolean {
  return first !== undefined && /^(now|\+\d+|\d{1,2}:\d\d|-(?!c$|-help|-version).+|\/[rsp])$/i.test(first.text);
}

function isStopped(args: readonly Word[]): boolean {
  return /^(now|-(?!-help|-version|w$|-wtmp).+)$/i.test(args[0]?.text ?? '');
}

function isStopUnit(text: string): boolean {
  return /^(reboot|poweroff|halt|kexec)(\.target)?$/.test(text);
}

function isOpenMode(text: string): boolean {
  return text
    .split(',')
    .some((mode) => /^[0-7]?(777|666|000)$|^[ugoa]{0,3}[oa][ugoa]{0,3}[+=][rxst]{0,4}w/i.test(mode));
}

function isPutTogether({ text, quoted }: Word): boolean {
  return quoted || text.includes(unknown);
}

/** `scp -i key` signs in with the key and does not copy it. */
function isReadCredential({ text }: Word, at: number, args: readonly Word[]): boolean {
  return isCredentialFile(text) && !/\s/.test(text) && args[at - 1]?.text !== '-i';
}

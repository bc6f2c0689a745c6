const list = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** What runs a text it is given, by `-c` or on its input. */
export const shells = list('sh bash zsh dash ash ksh mksh fish rbash csh tcsh');
/** What runs its input whatever its words are. */
export const inputRunners = list('at batch crontab');

/** What runs a program text: the options it comes with. Without them and without a file it is read from the input. */
export const interpreters: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['python', list('-c')],
  ['pypy', list('-c')],
  ['node', list('-e -p -pe --eval --print')],
  ['bun', list('-e -p --eval --print')],
  ['deno', list('eval')],
  ['perl', list('-e -E -ne -pe -le')],
  ['ruby', list('-e -ne -pe')],
  ['php', list('-r')],
  ['lua', list('-e')],
  ['osascript', list('-e')],
]);

const wrappersOfNothing = list(
  'sudo doas env nohup setsid nice ionice stdbuf unbuffer command builtin exec time xargs busybox toybox watch strace ltrace ' +
    'unshare caffeinate chronic script systemd-run fakeroot parallel screen tmux pkexec prlimit numactl cgexec ' +
    'dbus-run-session xvfb-run firejail npx pnpx bunx',
);
const wrappersOfOneWord = list('timeout gtimeout flock taskset chrt su runuser proot faketime');
/** What runs the command that follows it, and how many words of its own come before that, options not counted. */
export const wrappers: ReadonlyMap<string, number> = new Map([
  ...[...wrappersOfNothing].map((name): [string, number] => [name, 0]),
  ...[...wrappersOfOneWord].map((name): [string, number] => [name, 1]),
]);

/** Their options whose value is the next word: it may be called like a program, as in `timeout -s KILL` and `sudo -u git`. */
export const wrapperOptions: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['timeout', list('-s --signal -k --kill-after')],
  ['gtimeout', list('-s --signal -k --kill-after')],
  ['sudo', list('-u --user -g --group -h --host -p --prompt -C -D --chdir -R --chroot -r --role -t --type -T -U')],
  ['doas', list('-u -C')],
  ['runuser', list('-u --user -g --group -G --supp-group')],
  ['systemd-run', list('-u --unit -p --property -M --machine -H --host -E --setenv --uid --gid --slice --description')],
  ['env', list('-u --unset -C --chdir')],
  ['xargs', list('-I -d -E -a --arg-file --delimiter')],
  ['pkexec', list('-u --user')],
  ['cgexec', list('-g')],
  ['npx', list('-p --package')],
]);

/** What runs a command that stands anywhere among its words. Lower case only, for a sentence may begin with "Docker". */
export const carriers = list('ssh docker podman nerdctl kubectl oc lxc chroot nsenter adb vagrant gosu su-exec');

/** What runs a command for each file it finds, and the options such a command follows. */
export const finders = list('find fd fdfind');
export const findersOptions = list('-exec -execdir -ok -okdir -x -X --exec --exec-batch');

/** What only writes down or looks up what it is given: their quotations run nothing. */
export const sayers = list(
  'echo printf cat grep egrep fgrep rg ag ack man info apropos whatis which whereis type logger notify-send say wall test [ [[ gh jq',
);
export const sayingOfGit = list('commit tag log notes stash merge grep');

export const downloaders = list(
  'curl wget fetch aria2c axel http https httpie xh lwp-request lynx links nc ncat netcat socat',
);

/** What changes a text on its way, so that nobody can read what comes out. */
export const rewriters = list(
  'base64 base32 basenc xxd od uudecode openssl gpg age rev tr sed awk gawk cut gunzip zcat xz xzcat bzip2 bzcat zstd zstdcat jq',
);

/** Words before a command that are none: keywords, bullets, prompts, and the keys of files that hold commands. */
export const prefixes = list(
  'if elif else while until then do ! { } coproc - * + $ % root run: script: command: cmd: exec: shell: before_script: ' +
    'RUN CMD ENTRYPOINT HEALTHCHECK @reboot @hourly @daily @weekly @monthly @yearly @annually @midnight',
);

/** What sets the variables named after it. */
export const declarers = list('export declare local readonly typeset env set setenv');

/** What defines a function, or is how a script calls itself. */
export const selfNames = list(': $0 %0');

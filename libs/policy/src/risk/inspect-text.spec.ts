import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldUnicode } from './fold-unicode.js';
import { inspectText } from './inspect-text.js';

const dangersOf = (text: string) => [...inspectText(foldUnicode(text)).dangers];
const base64 = (text: string) => Buffer.from(text).toString('base64');
const twice = base64(`echo ${base64('rm -rf /')} | base64 -d | sh`);

const disguises: Readonly<Record<string, readonly string[]>> = {
  quotes: [`r''m -rf /`, 'r""m -rf /', '"rm" -rf /', `'rm' '-rf' '/'`, `"rm" -"rf"  "/"`, 'rm -rf "/"', `rm -rf ''/`],
  backslashes: ['r\\m -rf /', '\\rm -rf /', 'rm -rf \\/', 'r\\\nm -rf /', 'rm \\\n  -rf \\\r\n /'],
  'escapes by number': ["$'\\x72m' -rf /", "$'\\162\\155' -rf /", "$'\\u0072m' -rf /", "rm -rf $'\\x2f'"],
  blanks: ['rm\t-rf\t/', '  rm    -rf     /  ', 'rm${IFS}-rf${IFS}/', 'rm$IFS-rf$IFS/', 'rm$IFS$9-rf$IFS$9/'],
  case: ['RM -RF /', 'Sudo Rm -rf /', '/BIN/RM -rf /'],
  braces: ['{rm,-rf,/}', 'r{m,} -rf /', 'rm -rf {/bin,/etc}'],
  variables: [
    'X=rm; $X -rf /',
    'X=rm\n$X -rf /',
    'X=rm Y="-rf /"; $X $Y',
    'X="rm -rf /"; $X',
    'X="rm -rf /"; eval $X',
    'A=r; B=m; $A$B -rf /',
    'X=r; X+=m; $X -rf /',
    "export X=rm; sh -c '$X -rf /'",
    "env X=rm sh -c '$X -rf /'",
    'r${none}m -rf /',
    'r$@m -rf /',
    '${none:-rm} -rf /',
    '${x:=rm} -rf /',
    'X=rm; Y=X; ${!Y} -rf /',
    'rm -rf ${none:-/}',
    'rm -rf ${HOME:0:1}',
    'rm -rf ${PATH:0:1}',
    '$UNKNOWN -rf /',
  ],
  substitution: [
    '$(echo rm) -rf /',
    '`echo rm` -rf /',
    '$(echo r)$(echo m) -rf /',
    '$(printf "r%s" m) -rf /',
    "$(printf '\\x72\\x6d') -rf /",
    'X=$(echo rm); $X -rf /',
    'X=mr; $(rev <<< $X) -rf /',
    'rm -rf $(echo /)',
    'echo $(rm -rf /)',
    'echo "$(rm -rf /)"',
    'echo `rm -rf /`',
    'deploy "$(rm -rf "/")"',
    'x=$(rm -rf /)',
    '${none:-$(rm -rf /)}',
    '"${none:-`rm -rf /`}"',
    'diff <(rm -rf /) x',
  ],
  encodings: [
    `echo ${base64('rm -rf /')} | base64 -d | sh`,
    `echo ${base64('rm -rf /')} | base64 --decode | sudo bash`,
    `base64 -d <<< ${base64('rm -rf /')} | sh`,
    `sh <<< "$(base64 -d <<< ${base64('rm -rf /')})"`,
    `bash -c "$(echo ${base64('rm -rf /')} | base64 -d)"`,
    `eval $(echo ${base64('rm -rf /')} | base64 -d)`,
    `echo ${base64('rm -rf /')} | openssl base64 -d | sh`,
    `echo ${twice} | base64 -d | sh`,
    'echo 726d202d7266202f | xxd -r -p | sh',
    `echo '/ fr- mr' | rev | sh`,
    `execSync('\\x72m -rf /')`,
    '{"command":"\\u0072m -rf /"}',
  ],
  'texts that a shell is given': [
    `sh -c 'rm -rf /'`,
    'bash -lc "rm -rf /"',
    'bash -o pipefail -c "rm -rf /"',
    'echo "rm -rf /" | bash',
    'printf "rm -rf /" | sh -x',
    'echo "rm -rf /" | sh /dev/stdin',
    'bash <<< "rm -rf /"',
    'bash <<EOF\nrm -rf /\nEOF',
    'echo "rm -rf /" | at now',
    'echo "* * * * * rm -rf /" | crontab -',
    'eval "rm -rf /"',
    'eval rm -rf /',
  ],
  'programs that run others': [
    'sudo rm -rf /',
    'sudo -n -u root -- rm -rf /',
    'env -i A=1 rm -rf /',
    'nohup rm -rf / &',
    'timeout -k 5 10 rm -rf /',
    'nice -n 5 rm -rf /',
    'echo / | xargs rm -rf',
    'xargs -I{} rm -rf / {}',
    'find . -exec rm -rf / \\;',
    'ssh host rm -rf /',
    'ssh host "rm -rf /"',
    'docker exec -it box sh -c "rm -rf /"',
    'kubectl exec pod -- rm -rf /',
    'busybox rm -rf /',
    '/bin/rm -rf /',
    '/usr/bin/../bin/rm -rf /',
    '/bin/r? -rf /',
    '/b*/[r]m -rf /',
    'deploy --run="rm -rf /"',
    `trap 'rm -rf /' EXIT`,
    `alias ls='rm -rf /'`,
  ],
  'places in a script': [
    'cd x && rm -rf /',
    'true; rm -rf /',
    'false || rm -rf /',
    'echo x|rm -rf /',
    'echo x&rm -rf /',
    '>log rm -rf /',
    '(rm -rf /)',
    '{ rm -rf /; }',
    '! rm -rf /',
    'if true; then rm -rf /; fi',
    'case x in x) rm -rf /;; esac',
    'clean() { rm -rf /; }; clean',
    'rm -rf / # harmless',
    '# harmless\nrm -rf /',
    "don't\nrm -rf /\nit's",
    `tool 'x\n' && rm -rf '/'`,
    '5" wide\nrm -rf /',
    '```sh\nrm -rf /\n```',
    'run: rm -rf /',
    'RUN rm -rf /',
    '$ rm -rf /',
    '\t@rm -rf /',
    '0 5 * * * root rm -rf /',
    '@daily rm -rf /',
    '{"scripts":{"clean":"rm -rf /"}}',
    `import os; os.system('rm -rf /')`,
    `os.system(f'rm -rf /')`,
    `awk 'BEGIN { system("rm -rf /") }'`,
  ],
  unicode: [
    'ｒｍ　－ｒｆ　／',
    'r\u200Bm -rf /',
    'rm\u00A0-rf\u00A0/',
    'r\u00ADm \u202E-rf /',
    '𝗿𝗺 -rf /',
    'ⓡⓜ -rf /',
    'ʀm −rf ∕',
    'rm -rf /\u0000',
    'r\u0336m -rf /',
    'true\u2028rm -rf /',
  ],
};

const dangerousCommands = ['rm -rf /', 'shutdown -h now', 'git push --force origin main', 'chmod -R 777 /', 'init 0'];
const command = fc.constantFrom(...dangerousCommands);

describe('inspectText', () => {
  describe.each(Object.entries(disguises))('looks through %s', (_, texts) => {
    it.each(texts)('%j', (text) => {
      expect(dangersOf(text)).toContain('recursive-delete');
      expect(inspectText(foldUnicode(text)).isUnexamined).toBe(false);
    });
  });

  it.each([
    ['main-overwrite', 'git push --force origin ma""in'],
    ['main-overwrite', 'GIT push -f origin MAIN'],
    ['main-overwrite', 'X=push; git $X --force origin main'],
    ['system-stop', 'rеbооt'],
    ['system-stop', 'ѕhutdоwn now'],
    ['system-stop', 'X=shut; Y=down; $X$Y now'],
    ['system-stop', 'bash -c reboot'],
    ['system-stop', 'while :; do reboot; done'],
    ['system-stop', 'case x in x) reboot;; esac'],
    ['disk-overwrite', 'dd if=x of="/dev/sd"a'],
    ['open-permissions', 'chmod -R 7"7"7 /'],
    ['code-injection', 'cu""rl x | s\\h'],
    ['code-injection', 'X=sh; curl x | $X'],
  ])('looks through the same for %s: %j', (danger, text) => {
    expect(dangersOf(text)).toContain(danger);
  });

  it('sees a command whatever is quoted or escaped in its words', () => {
    const marks = fc.array(fc.constantFrom('', `''`, '""', '\\', '\u200B', '\\\n'), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(command, marks, (text, inserted) => {
        const disguised = Array.from(text, (character, at) => (character === ' ' ? '' : inserted[at]) + character).join(
          '',
        );
        expect(dangersOf(disguised)).toEqual(dangersOf(text));
      }),
    );
  });

  it('sees a command in full-width letters', () => {
    fc.assert(
      fc.property(command, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (text, widened) => {
        const wide = Array.from(text, (character, at) =>
          widened[at] && character > ' ' ? String.fromCodePoint(character.codePointAt(0)! + 0xfee0) : character,
        ).join('');
        expect(dangersOf(wide)).toEqual(dangersOf(text));
      }),
    );
  });

  it('sees a command on its own line between any other words', () => {
    const words = fc.array(fc.stringMatching(/^[a-z ,.]{0,20}$/)).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(words, command, words, (before, text, after) => {
        expect(dangersOf(`${before}\n${text}\n${after}`)).toEqual(expect.arrayContaining(dangersOf(text)));
      }),
    );
  });

  it('sees a command in base64 of any depth up to four', () => {
    fc.assert(
      fc.property(command, fc.integer({ min: 1, max: 4 }), (text, depth) => {
        let hidden = text;
        for (let level = 0; level < depth; level += 1) hidden = `echo ${base64(hidden)} | base64 -d | sh`;
        expect(dangersOf(hidden)).toEqual(expect.arrayContaining(dangersOf(text)));
      }),
    );
  });
});

/** What no other line may look like, so that whoever edits the file by hand knows where the text comes from. */
const MADE_BY = 'Made by `npm run generate` from the schemas in libs/config: change those.';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** `86400000` is hard to read: with the largest unit that divides it. */
function spoken(name, value) {
  if (!name.endsWith('_MS') || value === '0') return value;
  const [unit, size] = UNITS.find(([, length]) => Number(value) % length === 0) ?? [];
  return unit ? `${value} (${Number(value) / size} ${unit})` : value;
}

const code = (text) => (text === '' ? '' : `\`${text}\``);
const cell = (text) => text.replaceAll('|', '\\|');

const { listSettings } = await import('#libs/config');

function pageRow({ name, fallback, range, purpose }) {
  const [value, inWords] = spoken(name, fallback).split(/ (?=\()/);
  const shown = [code(value), inWords].filter(Boolean).join(' ') || '–';
  return `| \`${name}\` | ${shown} | ${cell(range)} | ${cell(purpose)} |`;
}

function pageSection({ title, settings }) {
  return [
    `## ${title}`,
    '',
    '| setting | default | what it may be | what it does |',
    '|---|---|---|---|',
    ...settings.map(pageRow),
    '',
  ];
}

/** docs/configuration.md */
export function makeConfigurationPage() {
  return [
    '# Settings',
    '',
    `<!-- ${MADE_BY} -->`,
    '',
    'Every process takes its settings from environment variables, once, when it starts. One that is not set, or set to nothing, has its',
    'default. A setting that is wrong stops the start: every wrong name is told with its reason, never with its value, which may be a secret.',
    'Names that end in `_MS` are milliseconds, in `_BYTES` bytes. [.env.example](../.env.example) has them all as a file: copy it to `.env`,',
    "uncomment what you change, and start a service with `node --env-file=.env …`, or with your container's way to take such a file.",
    '',
    ...listSettings().flatMap(pageSection),
  ].join('\n');
}

function exampleLines({ name, fallback, range, purpose }) {
  return [`# ${purpose}`, `# ${range}`, `#${name}=${fallback}`, ''];
}

/** .env.example: nothing is set in it, so that a copy changes nothing by itself. */
export function makeEnvExample() {
  return [
    `# ${MADE_BY}`,
    '# Copy it to .env, take away the # before what you change, and start a service with `node --env-file=.env ...`.',
    '# The values are the defaults. docs/configuration.md has the same as tables.',
    '',
    ...listSettings().flatMap(({ title, settings }) => [`# ---- ${title}`, '', ...settings.flatMap(exampleLines)]),
  ].join('\n');
}

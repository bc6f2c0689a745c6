import { allFiles, read } from './sources.mjs';

const SCRIPT_LINES = ['-- Purpose:', '-- KEYS', '-- ARGV', '-- Returns:', '-- Events:'];
const INCLUDE_LINES = ['-- Purpose:'];

/** The comment lines before the first line of code. */
function headerOf(text) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  return end === -1 ? lines : lines.slice(0, end);
}

function missingFrom(path) {
  const header = headerOf(read(path));
  const wanted = path.includes('/includes/') ? INCLUDE_LINES : SCRIPT_LINES;
  return wanted.filter((start) => !header.some((line) => line.startsWith(start)));
}

export const checkLuaHeaders = () => ({
  findings: allFiles()
    .filter((path) => path.endsWith('.lua'))
    .flatMap((path) => missingFrom(path).map((line) => `${path}: the header has no line '${line}'`)),
});

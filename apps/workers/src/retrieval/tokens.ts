/** Words that carry no topic, and the words a question is made of. */
const stopWords = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by can
  could did do does doing done down during each either else ever every for from further get gets had has have having he
  her here hers him his how i if in into is it its itself just let like may me might more most much must my no nor not of
  off on one only or other our out over own per same shall she should so some such than that the their them then
  there these they this those through to too under until up upon us use used uses using very via was we were what when
  where whether which while who whom whose why will with within without would yes yet you your`.split(/\s+/),
);

/** Past forms that no rule of endings finds. */
const irregular = new Map(
  `began:begin begun:begin broke:break broken:break built:build came:come chose:choose chosen:choose died:die
  dead:die death:die fell:fall fallen:fall found:find gave:give given:give gone:go went:go held:hold kept:keep
  knew:know known:know left:leave lost:lose loss:lose losses:lose made:make meant:mean paid:pay ran:run read:read
  said:say saw:see seen:see sent:send spent:spend stood:stand stopped:stop stuck:stick taken:take took:take
  thrown:throw threw:throw told:tell tried:try tries:try written:write wrote:write`
    .split(/\s+/)
    .map((pair) => pair.split(':') as [string, string]),
);

const vowel = /[aeiouy]/;

function withoutPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

function withoutEnding(word: string): string {
  const ending = /(?:ings?|ed|edly|ingly|ment|ments|ness|ly)$/.exec(word)?.[0];
  if (ending !== undefined) {
    const stem = word.slice(0, -ending.length);
    if (stem.length >= 3 && vowel.test(stem)) return stem;
  }
  if (/[st]ions?$/.test(word) && word.length > 5) return word.replace(/ions?$/, '');
  return word;
}

/**
 * One form for the forms of an English word: detects, detected and detection are one. Not a dictionary form; what
 * matters is that question and text meet.
 */
export function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return irregular.get(word) ?? word;
  const known = irregular.get(word);
  const stem = known ?? withoutEnding(withoutPlural(word));
  return stem
    .replace(/e$/, '')
    .replace(/([^aeiou])\1$/, '$1')
    .replace(/(?<=..)y$/, 'i');
}

const wordPattern = /[\p{L}\p{N}]+/gu;
const camelBorder = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/** Words in order, lower-case. Names of code come apart (`maxStalledCount`, `XREAD_GROUP`) and stay whole as well. */
export function wordsOf(text: string): string[] {
  return (text.match(wordPattern) ?? []).flatMap((word) => {
    const parts = word.split(camelBorder).map((part) => part.toLowerCase());
    return parts.length > 1 ? [...parts, word.toLowerCase()] : parts;
  });
}

/** Stems of the words that carry a topic, in order. */
export function termsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !stopWords.has(word))
    .map(stemOf);
}

/** Neighbouring terms, in order. */
export function pairsOf(terms: readonly string[]): string[] {
  return terms.slice(1).map((term, at) => `${terms[at]} ${term}`);
}

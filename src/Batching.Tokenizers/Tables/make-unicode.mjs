// Makes unicode.tsv: what Hugging Face's tokenizers do to every Unicode scalar, asked of the library itself.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-unicode.mjs > unicode.tsv
//
// Run it in a folder where the package is installed. Every scalar is asked about, assigned or not. What the library does
// not tell directly is inferred from what it does: combining classes from the order into which NFD puts two marks, and
// the classes of grapheme clusters from a Precompiled normalizer that turns every cluster of less than six bytes, and
// every character of a longer one, into one X.

import {
  Tokenizer, byteLevelPreTokenizer, lowercase, nfcNormalizer, nfdNormalizer, nfkcNormalizer, nfkdNormalizer, precompiled,
  stripAccentsNormalizer, stripNormalizer, whitespaceSplitPreTokenizer,
} from 'tokenizers';

const form = { nfc: nfcNormalizer(), nfd: nfdNormalizer(), nfkc: nfkcNormalizer(), nfkd: nfkdNormalizer() };
const hex = scalar => scalar.toString(16).toUpperCase().padStart(4, '0');
const hexes = text => [...text].map(c => hex(c.codePointAt(0))).join(' ');
const char = String.fromCodePoint;

const scalars = [];
for (let scalar = 0; scalar <= 0x10FFFF; scalar++) {
  if (scalar < 0xD800 || scalar > 0xDFFF) {
    scalars.push(scalar);
  }
}

const lines = [];
const isHangul = scalar => scalar >= 0xAC00 && scalar <= 0xD7A3;

function writeRanges(name, matches, value = '') {
  let first = -1;
  let last = -2;
  const end = () => first >= 0 && lines.push([name, hex(first), hex(last), ...(value === '' ? [] : [value])].join('\t'));
  for (const scalar of matches) {
    if (scalar !== last + 1) {
      end();
      first = scalar;
    }
    last = scalar;
  }
  end();
}

function require(condition, what) {
  if (!condition) {
    throw new Error(what);
  }
}

// Decompositions. Hangul syllables decompose by arithmetic and are not listed.
const decomposed = new Map();
for (const scalar of scalars) {
  const c = char(scalar);
  const nfd = form.nfd.normalizeString(c);
  const nfkd = form.nfkd.normalizeString(c);
  if (isHangul(scalar)) {
    const index = scalar - 0xAC00;
    const trailing = index % 28;
    const jamo = char(0x1100 + Math.floor(index / 588), 0x1161 + Math.floor(index / 28) % 21) + (trailing ? char(0x11A7 + trailing) : '');
    require(nfd === jamo && nfkd === jamo && form.nfc.normalizeString(jamo) === c, `Hangul ${hex(scalar)}`);
    continue;
  }
  if (nfd !== c) {
    decomposed.set(scalar, nfd);
    lines.push(['nfd', hex(scalar), hexes(nfd)].join('\t'));
  }
  if (nfkd !== nfd) {
    lines.push(['nfkd', hex(scalar), hexes(nfkd)].join('\t'));
  }
}

// Combining classes: NFD swaps two marks where the class of the first is the higher one.
const swaps = (first, second) => first !== second && form.nfd.normalizeString(char(first, second)) === char(second, first);
const known = [
  [1, 0x0334], [6, 0x16FF0], [7, 0x093C], [8, 0x3099], [9, 0x094D], [10, 0x05B0], [11, 0x05B1], [12, 0x05B2], [13, 0x05B3],
  [14, 0x05B4], [15, 0x05B5], [16, 0x05B6], [17, 0x05B7], [18, 0x05B8], [19, 0x05B9], [20, 0x05BB], [21, 0x05BC],
  [22, 0x05BD], [23, 0x05BF], [24, 0x05C1], [25, 0x05C2], [26, 0xFB1E], [27, 0x064B], [28, 0x064C], [29, 0x064D],
  [30, 0x064E], [31, 0x064F], [32, 0x0650], [33, 0x0651], [34, 0x0652], [35, 0x0670], [36, 0x0711], [84, 0x0C55],
  [91, 0x0C56], [103, 0x0E38], [107, 0x0E48], [118, 0x0EB8], [122, 0x0EC8], [129, 0x0F71], [130, 0x0F72], [132, 0x0F74],
  [202, 0x0321], [214, 0x1DCE], [216, 0x031B], [218, 0x302A], [220, 0x0316], [222, 0x059A], [224, 0x302E], [226, 0x1D16D],
  [228, 0x302B], [230, 0x0300], [232, 0x0315], [233, 0x035C], [234, 0x035D], [240, 0x0345],
].filter(([, mark]) => mark === 0x0334 || swaps(mark, 0x0334));
known.forEach(([, mark], i) => require(i === 0 || swaps(mark, known[i - 1][1]), `the class of ${hex(mark)}`));
const combining = new Map();
for (const scalar of scalars) {
  if (decomposed.has(scalar) || isHangul(scalar) || !(swaps(scalar, 0x0334) || swaps(0x0345, scalar) || scalar === 0x0334 || scalar === 0x0345)) {
    continue;
  }
  const match = known.filter(([, mark]) => !swaps(scalar, mark) && !swaps(mark, scalar));
  require(match.length === 1, `the class of ${hex(scalar)} is one of ${match.map(([value]) => value)}`);
  combining.set(scalar, match[0][0]);
}
for (const [value] of known) {
  writeRanges('class', scalars.filter(scalar => combining.get(scalar) === value), value);
}

// Composition: what composes decomposes to a first scalar, perhaps composed itself, and a last one.
let pairs = 0;
for (const [scalar, nfd] of decomposed) {
  const c = char(scalar);
  if (form.nfc.normalizeString(c) !== c) {
    continue;
  }
  const parts = [...nfd];
  const second = parts.pop();
  const first = form.nfc.normalizeString(parts.join(''));
  require([...first].length === 1 && form.nfc.normalizeString(first + second) === c, `the composition of ${hex(scalar)}`);
  lines.push(['pair', hexes(first), hexes(second), hex(scalar)].join('\t'));
  pairs++;
}
require(pairs > 900, 'too few compositions');

// The letters, numbers and spaces of the GPT-2 pattern, as the ByteLevel pre-tokenizer finds them, and of regular expressions.
const byteLevel = byteLevelPreTokenizer(false, true);
const pieces = text => byteLevel.preTokenizeString(text).length;
const matcher = pattern => Tokenizer.fromString(JSON.stringify({
  version: '1.0',
  normalizer: { type: 'Replace', pattern: { Regex: pattern }, content: '' },
  model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' },
})).getNormalizer();
const matches = pattern => {
  const normalizer = matcher(pattern);
  return scalars.filter(scalar => normalizer.normalizeString(char(scalar)) === '');
};
const letters = scalars.filter(scalar => pieces(`a${char(scalar)}a`) === 1);
const numbers = scalars.filter(scalar => pieces(`1${char(scalar)}1`) === 1);
const taken = new Set([...letters, ...numbers]);
const spaces = scalars.filter(scalar => !taken.has(scalar) && pieces(`!${char(scalar)}!`) !== 1);
for (const [found, pattern] of [[letters, '\\p{L}'], [numbers, '\\p{N}'], [spaces, '\\s']]) {
  const matched = matches(pattern);
  require(found.length === matched.length && found.every((scalar, i) => scalar === matched[i]), `${pattern} of ByteLevel and of Replace differ`);
}
writeRanges('letter', letters);
writeRanges('number', numbers);
writeRanges('space', spaces);

// White space of Strip, WhitespaceSplit, and what lstrip and rstrip of an added token take with it.
const strip = stripNormalizer(true, true);
const whitespaceSplit = whitespaceSplitPreTokenizer();
const addedToken = options => Tokenizer.fromString(JSON.stringify({
  version: '1.0',
  added_tokens: [{ id: 1, content: '<added>', single_word: false, lstrip: false, rstrip: false, normalized: false, special: false, ...options }],
  model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' },
}));
async function encodings(tokenizer, makeText, test) {
  const found = [];
  for (let start = 0; start < scalars.length; start += 8192) {
    const batch = scalars.slice(start, start + 8192);
    const results = await tokenizer.encodeBatch(batch.map(scalar => makeText(char(scalar))), { addSpecialTokens: false });
    batch.forEach((scalar, i) => test(results[i], scalar) && found.push(scalar));
  }
  return found;
}
const stripped = scalars.filter(scalar => strip.normalizeString(char(scalar)) === '');
const splitting = scalars.filter(scalar => whitespaceSplit.preTokenizeString(`a${char(scalar)}a`).length === 2);
const startOfAdded = encoding => encoding.getOffsets()[encoding.getIds().indexOf(1)][0];
const takenLeft = await encodings(addedToken({ lstrip: true }), c => `a${c}<added>`, encoding => startOfAdded(encoding) === 1);
const takenRight = await encodings(
  addedToken({ rstrip: true }), c => `<added>${c}a`, encoding => encoding.getOffsets()[encoding.getIds().indexOf(1)][1] > 7);
for (const [name, found] of [['Strip', stripped], ['WhitespaceSplit', splitting], ['lstrip', takenLeft], ['rstrip', takenRight]]) {
  require(`${found}` === `${spaces}`, `white space of ${name} is ${found.map(hex)}, that of regular expressions ${spaces.map(hex)}`);
}

// What may not stand beside an added token that is a single word.
const wordLeft = await encodings(addedToken({ single_word: true }), c => `${c}<added>`, encoding => !encoding.getIds().includes(1));
const wordRight = await encodings(addedToken({ single_word: true }), c => `<added>${c}`, encoding => !encoding.getIds().includes(1));
require(`${wordLeft}` === `${wordRight}`, 'word characters before and after an added token differ');
writeRanges('word', wordLeft);

const stripAccents = stripAccentsNormalizer();
writeRanges('mark', scalars.filter(scalar => stripAccents.normalizeString(char(scalar)) === ''));

const lower = lowercase();
for (const scalar of scalars) {
  const lowered = lower.normalizeString(char(scalar));
  if (lowered !== char(scalar)) {
    lines.push(['lower', hex(scalar), hexes(lowered)].join('\t'));
  }
}

// Grapheme clusters. The trie of this charsmap matches every byte and gives X.
const units = new Uint32Array(1024);
units[0] = 256 << 10;
for (let byte = 1; byte < 256; byte++) {
  units[256 + byte] = byte | 256 | ((768 + byte) << 10);
}
const charsmap = Buffer.concat([Buffer.from(new Uint32Array([units.byteLength]).buffer), Buffer.from(units.buffer), Buffer.from('X\0')]);
const clusters = precompiled([...charsmap]);
const count = text => clusters.normalizeString(text).length;
const acute = '\u0301';
const letterKa = '\u0915';
const virama = '\u094D';
const prefix = '\u0600';
const joins = (first, second) => count(prefix + first + second) !== 2;
const classOf = scalar => {
  const c = char(scalar);
  if (count(c + acute + acute) === 2) {
    return 'Control';
  }
  if (count(`a${c}`) === 1) {
    if (scalar === 0x200D) {
      return 'ZeroWidthJoiner';
    }
    if (count(letterKa + c + letterKa + acute) === 4) {
      return 'Linker';
    }
    if (count(letterKa + c + virama + letterKa + acute) === 5) {
      return 'ConjunctExtend';
    }
    return count(`\u00A9${c}\u200D\u00A9${acute}`) === 5 ? 'Extend' : 'SpacingMark';
  }
  if (count(`${c}a`) === 1) {
    return 'Prepend';
  }
  const afterL = joins('\u1100', c);
  const afterV = joins('\u1161', c);
  const afterT = joins('\u11A8', c);
  if (afterT) {
    require(afterV && !afterL, `the jamo ${hex(scalar)}`);
    return 'TrailingJamo';
  }
  if (afterV) {
    require(afterL, `the jamo ${hex(scalar)}`);
    return 'VowelJamo';
  }
  if (afterL) {
    return joins(c, '\u1100') ? 'LeadingJamo' : joins(c, '\u1161') ? 'OpenSyllable' : 'ClosedSyllable';
  }
  if (count(`\u00A9\u200D${c}`) === 3) {
    return 'Pictographic';
  }
  return count(c + virama + letterKa + acute) === 4 ? 'Consonant' : 'Other';
};
const classes = {};
for (const scalar of scalars) {
  const name = classOf(scalar);
  if (name !== 'Other') {
    (classes[name] ??= []).push(scalar);
  }
}
for (const [name, found] of Object.entries(classes)) {
  writeRanges('grapheme', found, name);
}

console.log(`# Hugging Face tokenizers 0.23.2: what its normalizers and pre-tokenizers do to every Unicode scalar. Made by make-unicode.mjs.
# nfd, nfkd: full decompositions (nfkd only where it differs from nfd); Hangul syllables decompose by arithmetic and are not listed. class: canonical combining class.
# pair: two scalars and what NFC composes them to. letter, number, space: \\p{L}, \\p{N} and \\s; space is also the white space of Strip, WhitespaceSplit, lstrip and rstrip.
# word: what may not touch an added token of single_word. mark: dropped by StripAccents. lower: Lowercase. grapheme: classes of extended grapheme clusters.`);
console.log(lines.join('\n'));

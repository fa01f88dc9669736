// Makes unigram/variants.jsonl: unigram tokenizers of every kind that is supported, and what Hugging Face's library makes of
// hostile texts with them; and unigram/scores.jsonl: numbers as they stand in a file, and as the library reads them.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-unigram.mjs unigram [texts of each tokenizer]
//
// A line is an object with the tokenizer's name and what it changes in unigram/tokenizer.json (an empty charsmap is the one
// there), or an array: a text, its ids without special tokens, and what these decode to.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Tokenizer } from 'tokenizers';

const folder = process.argv[2];
const count = Number(process.argv[3] ?? 30);
const base = JSON.parse(fs.readFileSync(path.join(folder, 'tokenizer.json'), 'utf8'));
const charsmap = base.normalizer.normalizers[0];
const metaspace = options => ({ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true, ...options });
const sequence = (...normalizers) => ({ type: 'Sequence', normalizers });
const replace = (pattern, content) => ({ type: 'Replace', pattern, content });
const decoder = options => ({ ...metaspace(options), type: 'Metaspace' });

// Many ways to split have equal sums, exactly or but for the last bit.
const ties = (digits, seed, sign = -1) => {
  const pieces = ['<unk>', '▁', 'a', 'b', 'aa', 'ab', 'ba', 'aaa', 'aba', 'bab', 'aaaa', '▁a', '▁aa', 'é', '\u{1F600}', '\u{1F600}a', '<pad>'];
  return pieces.map((piece, i) => {
    seed = (seed * 48271) % 2147483647;
    return [piece, i === 0 ? 0 : sign * Number(((seed % 3 + 1) * [...piece].length * 1.1 + (digits > 6 ? seed / 2147483647 : 0)).toPrecision(digits))];
  });
};
const bytes = (from, to) => Array.from({ length: to - from }, (_, i) => [`<0x${(from + i).toString(16).toUpperCase().padStart(2, '0')}>`, -20]);
const vocab = base.model.vocab;
const added = (content, id, options) =>
  ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...options });
const small = (vocab, unknown = 0, byteFallback = false) => ({
  added_tokens: [added('<unk>', unknown), added('<pad>', vocab.findIndex(([piece]) => piece === '<pad>'))],
  normalizer: null,
  model: { type: 'Unigram', unk_id: unknown, vocab, byte_fallback: byteFallback },
});

const variants = [
  ['as it is', {}],
  ['prepends to the first stretch', { pre_tokenizer: metaspace({ prepend_scheme: 'first' }), decoder: decoder({ prepend_scheme: 'first' }) }],
  ['never prepends', { pre_tokenizer: metaspace({ prepend_scheme: 'never' }), decoder: decoder({ prepend_scheme: 'never' }) }],
  ['does not split', { pre_tokenizer: metaspace({ split: false }) }],
  ['does not split, prepends to the first stretch', { pre_tokenizer: metaspace({ split: false, prepend_scheme: 'first' }) }],
  ['an older Metaspace', { pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true } }],
  ['another replacement', { pre_tokenizer: metaspace({ replacement: '_' }), decoder: decoder({ replacement: '_' }) }],
  ['drops white space', { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace()] } }],
  ['drops white space, never prepends', { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace({ prepend_scheme: 'never' })] } }],
  ['drops white space, keeps signs', { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace({ split: false })] } }],
  ['only splits at white space', { pre_tokenizer: { type: 'WhitespaceSplit' } }],
  ['no pre-tokenizer', { pre_tokenizer: null }],
  ['no normalizer', { normalizer: null }],
  ['the character map only', { normalizer: charsmap }],
  ['Nmt', { normalizer: sequence({ type: 'Nmt' }, { type: 'NFKC' }, replace({ Regex: ' {2,}' }, ' ')) }],
  ['as ALBERT', {
    normalizer: sequence(
      replace({ String: '``' }, '"'), replace({ String: "''" }, '"'), { type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' },
      charsmap, replace({ Regex: ' {2,}' }, ' ')),
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace()] },
  }],
  ['prepends a text', { normalizer: sequence({ type: 'NFC' }, { type: 'Strip', strip_left: true, strip_right: true }, { type: 'Prepend', prepend: '▁' }) }],
  ['byte fallback', small([...ties(4, 6), ...bytes(0, 256)], 0, true)],
  ['byte fallback without every byte', small([...ties(4, 6), ...bytes(0, 0xCC), ...bytes(0xCD, 256)], 0, true)],
  ['ties', small(ties(2, 1))],
  ['scores of 7 digits', small(ties(7, 2))],
  ['scores of 17 digits', small(ties(17, 3))],
  ['scores above zero', small(ties(5, 4, 1))],
  ['pieces twice and an empty one', small([...ties(3, 5), ['', -1], ['ab', -0.5], ['aa', -9]])],
  ['unknown characters that are a piece together', small(
    [['▁', -1], ['xy', -99], ['<unk>', -5], ['a', -2], ['xyz', -99], ['<unk>a', -3], ['<pad>', 0]], 2)],
];

let seed = 20240607;
const random = limit => {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
};
const fragments = [
  ' ', '  ', '   ', '\t', '\n', '\r\n', '\u00A0', '\u3000', '\u200B', '▁', '▁▁', '_', '<s>', '</s>', '<unk>', '<mask>', '``', "''", '"',
  'a', 'aa', 'ab', 'ba', 'aba', 'aaaaaaa', 'ababababa', 'bbb', 'x', 'xy', 'xyz', 'y', 'Z', '\u{1F600}', '\u{1F600}a', 'é', 'e\u0301', 'e\u0301\u0302\u0303',
  'ﬁ', '①', 'ｱ', 'ｶﾞ', 'か\u3099', '한국', '\u1112\u1161\u11AB', 'İ', 'ΑΣ', 'ß', '\u00AD', '\u0600a', '\u00A9\u200D\u00A9\u0301', '\u0915\u094D\u0915\u0301',
  '\u{1D15E}', '\uFFFD', '\u0000', '\u007F', 'the', ' cat', ' sat', 'Hello', '12', '.', ',', '中文', '\u{20000}', '\uFEFF', '\u0344', '\u{E0041}', '🇫🇷', '👩‍👩‍👧',
];
const words = fs.readFileSync(path.join(folder, 'tokens-singles.jsonl'), 'utf8').split('\n').filter(line => line).map(line => JSON.parse(line).text.toWellFormed());
const makeText = simple => {
  if (random(5) === 0 && !simple) {
    const text = [...words[random(words.length)]];
    const start = random(text.length + 1);
    return text.slice(start, start + random(60)).join('');
  }
  const own = simple ? fragments.slice(19, 35) : fragments;
  return Array.from({ length: random(12) }, () => own[random(own.length)]).join('');
};

// What every line has in common: no special tokens around a text, and those within one that transformers adds when it loads.
const common = {
  added_tokens: [...base.added_tokens, added('<unk>', 3), added('<pad>', 1), added('<mask>', vocab.length - 1, { lstrip: true })],
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: {},
  },
};
const lines = [];
for (const [name, changes] of variants) {
  const tokenizer = Tokenizer.fromString(JSON.stringify({ ...base, ...common, ...changes }));
  lines.push(JSON.stringify(
    { name, changes: { ...common, ...changes } }, (key, value) => (key === 'precompiled_charsmap' ? '' : value)));
  for (let i = 0; i < count; i++) {
    const text = makeText(changes.added_tokens !== undefined);
    const ids = (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
    lines.push(JSON.stringify([text, ids, await tokenizer.decode(ids, false)]));
  }
}
fs.writeFileSync(path.join(folder, 'variants.jsonl'), `${lines.join('\n')}\n`);

const numbers = [
  '0', '-0', '-0.0', '1', '-1', '9007199254740993', '18446744073709551615', '18446744073709551616', '-9223372036854775808',
  '-9223372036854775809', '123456789012345678901234567890', '1844674407370955161.0', '1844674407370955161.9', '18446744073709551619.5',
  '0.1', '-10.197861671447754', '-7.2687578201293945', '3.0000000000000000000000001', '0.00000000000000000000000000001', '1e0', '1E+2',
  '1e-2', '1.7976931348623157e308', '2.2250738585072014e-308', '5e-324', '4.9406564584124654e-324', '1e-400', '-1e-999999999999', '0e999999999999',
  '123456789012345678e-330', '1e22', '1e23', '123456789012345678901e-40',
];
for (let i = 0; i < 400; i++) {
  const digits = Array.from({ length: 1 + random(21) }, (_, place) => (place === 0 ? 1 + random(9) : random(10))).join('');
  const point = random(digits.length) + 1;
  numbers.push(`-${digits.slice(0, point)}${point < digits.length ? `.${digits.slice(point)}` : ''}${random(4) === 0 ? `e${random(600) - 300 - 0}` : ''}`);
}
const readable = numbers.filter(number => Math.abs(Number(number)) < 1e307);
const file = path.join(os.tmpdir(), 'unigram-scores.json');
Tokenizer.fromString(`{"version":"1.0","model":{"type":"Unigram","unk_id":0,"vocab":[${readable.map((number, i) => `["${i}",${number}]`)}],"byte_fallback":false}}`)
  .save(file, false);
const read = JSON.parse(fs.readFileSync(file, 'utf8')).model.vocab;
fs.rmSync(file);
fs.writeFileSync(
  path.join(folder, 'scores.jsonl'),
  readable.map((number, i) => `${JSON.stringify({ written: number, read: Object.is(read[i][1], -0) ? '-0' : String(read[i][1]) })}\n`).join(''));

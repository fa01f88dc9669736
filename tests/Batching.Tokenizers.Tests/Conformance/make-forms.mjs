// Makes unicode/forms.jsonl: hostile texts and what Hugging Face's library makes of them by NFC, NFD, NFKC, NFKD and the
// character map of unigram/tokenizer.json.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-forms.mjs ../../../src/Batching.Tokenizers/Tables/unicode.tsv unigram/tokenizer.json unicode/forms.jsonl [texts]

import fs from 'node:fs';
import { Tokenizer, nfcNormalizer, nfdNormalizer, nfkcNormalizer, nfkdNormalizer } from 'tokenizers';

const [table, tokenizerFile, target, count = '1500'] = process.argv.slice(2);
const rows = fs.readFileSync(table, 'utf8').split('\n').filter(line => line && !line.startsWith('#')).map(line => line.split('\t'));
const number = text => parseInt(text, 16);
const mapped = rows.filter(([kind]) => kind === 'nfd' || kind === 'nfkd').map(([, scalar]) => number(scalar));
const composing = rows.filter(([kind]) => kind === 'pair').flatMap(([, ...scalars]) => scalars.map(number));
const marks = rows.filter(([kind]) => kind === 'class').map(([, first]) => number(first));
const clusters = rows.filter(([kind, , , name]) => kind === 'grapheme' && !name.endsWith('Syllable'))
  .flatMap(([, first, last]) => [number(first), number(last)]);
const known = [
  0x41, 0x65, 0x20, 0xA9, 0x200D, 0x0D, 0x0A, 0x0915, 0x094D, 0x0301, 0x304B, 0x3099, 0xAC00, 0xAC01, 0x1F600, 0x1F1E6, 0x600, 0xFF76, 0xFF9E,
];

let seed = 20240607;
const random = limit => {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
};
const oneOf = list => list[random(list.length)];
const scalar = () => [
  () => oneOf(mapped), () => oneOf(composing), () => oneOf(composing), () => oneOf(marks), () => oneOf(marks), () => oneOf(clusters),
  () => oneOf(clusters), () => 0x1100 + random(0x100), () => oneOf(known), () => 0x20 + random(0x5F), () => 0xAC00 + random(11172),
][random(11)]();
const text = (length, make) => Array.from({ length }, () => String.fromCodePoint(make())).join('');

const charsmap = JSON.parse(fs.readFileSync(tokenizerFile, 'utf8')).normalizer.normalizers[0];
const precompiled = Tokenizer.fromString(JSON.stringify({
  version: '1.0', normalizer: charsmap, model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' },
})).getNormalizer();
const forms = { nfc: nfcNormalizer(), nfd: nfdNormalizer(), nfkc: nfkcNormalizer(), nfkd: nfkdNormalizer(), precompiled };

const texts = Array.from({ length: Number(count) }, () => text(1 + random(12), scalar));
for (let length = 20; length <= 300; length += 40) {
  texts.push(`e${text(length, () => oneOf(marks))}`, text(length, () => oneOf(marks)));
}
fs.writeFileSync(target, texts.map(one => {
  const golden = { text: one };
  for (const [name, form] of Object.entries(forms)) {
    golden[name] = form.normalizeString(one);
  }
  return `${JSON.stringify(golden)}\n`;
}).join(''));
